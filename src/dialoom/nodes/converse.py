"""`converse`: write a dialogue between the record's speakers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from dialoom.dialogue import Turn, read_script, write_script
from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.nodes._agents_mode import AGENT
from dialoom.nodes._candidates import BestOf, Rating
from dialoom.nodes._cast import (
    Cast,
    all_have_models,
    cast_models,
    cast_problems,
    found_in,
    given_parts,
    has_model,
    needs_of,
    played_by,
    within,
)
from dialoom.nodes._dialogue_field import DIALOGUE, dialogue_value
from dialoom.nodes._director import Steer, steer_problems
from dialoom.nodes._order import Order, free, round_robin
from dialoom.nodes._outline import as_told, outline_of, with_outline
from dialoom.nodes._policy_field import UsedPolicy
from dialoom.nodes._script_mode import PROMPT, ROLE, script_grammar
from dialoom.nodes._shown_talks import script_of, speakers_of, turns_of
from dialoom.nodes._speaker import Example, Part, Scene
from dialoom.nodes._staging import Staged, people_of, staged
from dialoom.nodes._steer import VARIABLES
from dialoom.nodes._talk import hold_talk, hold_walk
from dialoom.nodes._turns import Turns, longest, shortest
from dialoom.nodes.parts.agent import Agent
from dialoom.nodes.parts.writer import WRITER, Writer
from dialoom.quality import Rules

_TOKENS_PER_TURN = 30
_MOST_TOKENS_PER_TURN = 60


class Converse(BestOf):
    """Write a dialogue: the whole script in one call, or turn by turn, by models as the speakers or by one writer.

    The speakers are the record's `personas`, or those named here. Of several candidates the first that meets all rules
    is taken, and where none does, the one that meets most.
    """

    kind: Literal["converse"] = "converse"
    mode: Literal["script", "agents", "writer"] = Field(
        default="script",
        description="`script`: one call writes it all; `agents`: the speakers answer each other, each without sight of "
        "the others' personas; `writer`: one model writes it turn by turn.",
    )
    prompt: Template = Field(
        default=PROMPT, description="What to ask in script mode; `speakers` and `turns` can be read in it."
    )
    system: Template | None = Field(
        default=None, description="The system message; in agents mode each speaker's own, with `me` and `others`."
    )
    turns: Turns = Field(default="6..12", description="How many turns: a number or a range.")
    speakers: list[str] | None = Field(
        default=None, min_length=2, description="The speakers' names; left out, the names in the record's `personas`."
    )
    cast: Cast | None = Field(
        default=None,
        min_length=1,
        description="Turn by turn: who plays whom, {Ann: a, Ben: {kind: user, model: b}}, by name or position (first, "
        "second, third ...). A text is a model.",
    )
    order: Order = Field(
        default="round_robin",
        description="Whose turn it is: `round_robin`, or `free`: who was addressed, else by seed.",
    )
    policy: UsedPolicy | None = Field(
        default=None,
        description="Which act follows which: a policy file, or the policy itself. It says who speaks, what each turn "
        "is to do, and when the talk is over; turns get its `acts`.",
    )
    steer: Steer = Field(
        default_factory=list,
        description="What is made to happen: [interruption, {kind: inject, say: ..., turns: 3..5, by: Ann}, ...].",
    )
    rules: list[str] | None = Field(
        default=None, description="Rules to choose by; left out, the recipe's quality rules, or else the usual ones."
    )
    line_grammar: str | None = Field(
        default=None, description="GBNF rule body for what is said in one turn, where the server takes grammars."
    )

    _rules: Rules | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _cast_fits(self) -> Converse:
        if self.cast is not None and self.mode == "script":
            raise ValueError("'cast' goes with modes 'agents' and 'writer': a script is written in one call")
        if self.order == "free" and self.policy is not None:
            raise ValueError("with a 'policy' there is no free 'order': the policy says whose turn it is")
        if self.order == "free" and self.mode == "script" and self.steer:
            raise ValueError("a script of free 'order' cannot be steered: nobody knows whose turn it will be")
        if self.mode != "script" and "prompt" in self.model_fields_set:
            raise ValueError(f"'prompt' goes with mode 'script': in mode '{self.mode}' models read 'system'")
        return self

    @field_validator("speakers")
    @classmethod
    def _speakable(cls, names: list[str] | None) -> list[str] | None:
        for index, name in enumerate(names or ()):
            if not name.strip() or ":" in name or "\n" in name:
                raise ValueError(f"a speaker's name is a word or a few, without a colon, and not {name!r}")
            if name.casefold() in [other.casefold() for other in (names or ())[:index]]:
                raise ValueError(f"two speakers are called '{name}'")
        return names

    def provides(self) -> frozenset[str]:
        own = {"speakers", "turns"} | (VARIABLES if self.steer or self.policy else frozenset())
        if self.mode == "script":
            return frozenset(own | {"outline"})
        parts = (part.provides() for part in (*self._parts().values(), self._usual()))
        return frozenset(own.union({"me", "others", "end_mark", "shown"}, *parts))

    def templates(self) -> Iterable[tuple[str, Template]]:
        yield from super().templates()
        for where, template in self.policy.templates() if self.policy is not None else ():
            yield f"policy.{where}" if where else "policy", template

    def needs(self) -> Mapping[str, str]:
        own = {} if self.speakers else {"personas": ""}
        return own | needs_of(self._parts())

    def answer_field(self) -> str:
        return "dialogue"

    def usable(self, row: Row) -> bool:
        return script_of(row) is not None

    def models(self) -> Mapping[str, str]:
        own = {} if all_have_models(self.cast, self.speakers) else super().models()
        return {**own, **cast_models(self.cast)}

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self._added()} | {self.field: DIALOGUE}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        turns = longest(self.turns)
        if self.mode == "script":
            tokens = self.prompt_tokens(self.prompt)
            return Work(
                self.together, self.candidates, 1, tokens, min(self.max_tokens or 10_000, turns * _TOKENS_PER_TURN)
            )
        system = self.prompt_tokens(self.system or (WRITER if self.mode == "writer" else AGENT))
        parts = [*self._parts().values(), self._usual()]
        least, most = zip(*(part.calls_a_turn() for part in parts), strict=True)
        return Work(
            2 * self.together * min(least),
            turns * self.candidates * max(most),
            1,
            system + turns * _TOKENS_PER_TURN // 2,
            _TOKENS_PER_TURN,
        )

    def code(self) -> str:
        return "\n".join(code for part in self._parts().values() if (code := part.code()))

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        for name, part in self._parts().items():
            with found_in(f"cast.{name}"):
                part.prepare(folder)
        if self.policy is not None:
            with found_in("policy"):
                self.policy.load(folder)
        if self.rules is not None:
            for index, rule in enumerate(self.rules):
                try:
                    Rules([rule])
                except DialoomError as error:
                    raise DialoomError(error.what, place=Place(field=f"rules[{index}]"), remedy=error.remedy) from error
            self._rules = Rules(self.rules)

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        for name, part in self._parts().items():
            for error in part.problems(shapes):
                yield within(error, f"cast.{name}")
        yield from cast_problems(self.cast, self.speakers)
        yield from steer_problems(self.steer, self.turns, self.speakers, self.mode == "script", self.policy is not None)
        if self.policy is not None:
            for error in self.policy.problems(shortest(self.turns), longest(self.turns), self.speakers):
                yield within(error, "policy")

    async def run(self, record: Record, context: Context) -> Fields:
        personas = people_of(record, self.speakers)

        async def make(sample: int, context: Context) -> list[Turn]:
            made = await self._write(record, context, personas, sample)
            if not made:
                raise RecordError(f"the model wrote no turn by {' or '.join(str(p['name']) for p in personas)}")
            return made

        made = await self.best(make, lambda made: self._rate(record, made, context), context)
        return {**self._added(), self.field: dialogue_value(made)}

    def _added(self) -> Fields:
        """What the parts of the cast add to the record."""
        return {name: value for part in self._parts().values() for name, value in part.adds().items()}

    async def _write(
        self, record: Record, context: Context, personas: Sequence[Mapping[str, Any]], sample: int
    ) -> list[Turn]:
        script = self.mode == "script"
        talk = staged(personas, self.turns, self.order, self.steer, self.policy, script, sample, record, context)
        scene = Scene(
            fields=talk.director.fields,
            personas=personas,
            turns=talk.turns,
            least=talk.least,
            model=self.model,
            system=self.system,
            params={"max_tokens": _MOST_TOKENS_PER_TURN * 2, **self.sampling()},
            line=self.line_grammar,
            sample=sample,
        )
        if script:
            return await self._script(scene, talk, context)
        shown = self._shown(context)
        fields = {**scene.fields, "shown": [write_script(example.turns) for example in shown]}
        return await self._talk(replace(scene, fields=fields, examples=shown), talk, context)

    async def _talk(self, scene: Scene, talk: Staged, context: Context) -> list[Turn]:
        names = talk.director.stage.names
        cast = played_by(self.cast, names, self._usual)
        if not all(map(has_model, cast)) and all_have_models(self.cast, self.speakers):
            raise RecordError("the cast gives no model to one of the speakers", remedy="name it there")
        speakers = [part.speaker(me, scene) for part, me in zip(cast, scene.personas, strict=True)]
        if talk.walk is not None:
            return await hold_walk({each.name: each for each in speakers}, scene, talk.walk, talk.director, context)
        following = round_robin(names) if self.order == "round_robin" else free(names, scene.sample, context)
        return await hold_talk(speakers, scene, following, talk.director, context)

    async def _script(self, scene: Scene, talk: Staged, context: Context) -> list[Turn]:
        names = talk.director.stage.names
        outline = outline_of(scene, talk.who, talk.walk, talk.director)
        messages = self.messages(
            self.prompt,
            {**scene.fields, "outline": outline},
            context,
            answer=script_of,
            variables=lambda row: {"turns": len(turns_of(row)), "speakers": speakers_of(row)},
            system=ROLE,
        )
        if outline and "outline" not in self.prompt.variables | self.prompt.guarded:
            messages = with_outline(messages, outline)
        text = await context.ask(
            self.model,
            messages,
            params={"max_tokens": scene.turns * _MOST_TOKENS_PER_TURN, **self.sampling()},
            grammar=script_grammar(talk.who, names, scene.turns, self.line_grammar)
            if context.takes_grammar(self.model)
            else None,
            sample=scene.sample,
        )
        return as_told(read_script(text, names), talk.walk, talk.director)

    def _usual(self, model: str | None = None) -> Part:
        return Writer(model=model) if self.mode == "writer" else Agent(model=model)

    def _parts(self) -> Mapping[str, Part]:
        """The parts that the cast gives, by its keys."""
        return given_parts(self.cast, self._usual)

    def _shown(self, context: Context) -> list[Example]:
        """The drawn examples, for talks turn by turn."""
        drawn = [(name, row) for name, row in self.drawn(context) if turns_of(row)]
        if drawn:
            context.showed([name for name, _ in drawn])
        return [Example(row.get("subtopic") or row.get("topic"), turns_of(row)) for _, row in drawn]

    def _rate(self, record: Record, turns: list[Turn], context: Context) -> Rating:
        fields = {**record.fields, "dialogue": dialogue_value(turns)}
        candidate = Record(id=record.id, seed=record.seed, fields=fields).to_dialogue("", "")
        verdict = self._rules.judge([candidate])[0] if self._rules is not None else context.judge(candidate)
        return Rating(verdict.fraction, verdict.kept, verdict.reasons)


NODE = Converse
