"""`converse`: write a dialogue between the record's speakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from dialoom.dialogue import Turn, read_script, write_script
from dialoom.errors import DataError, DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.nodes._agents_mode import AGENT, AGENT_GRAMMAR, converse_by_agents
from dialoom.nodes._candidates import BestOf, Rating
from dialoom.nodes._script_mode import PROMPT, ROLE, script_grammar
from dialoom.nodes._turns import Turns, longest, number_of_turns, shortest
from dialoom.quality import Rules

_TOKENS_PER_TURN = 30
_MOST_TOKENS_PER_TURN = 60


class Converse(BestOf):
    """Write a dialogue: the whole script in one call, or turn by turn with two models as the speakers.

    The speakers are the record's `personas`, or those named here. Of several candidates the first that meets all rules
    is taken, and where none does, the one that meets most.
    """

    kind: Literal["converse"] = "converse"
    mode: Literal["script", "agents"] = Field(
        default="script", description="`script`: one call writes it all; `agents`: the speakers answer each other."
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
    cast: dict[str, str] | None = Field(
        default=None, description="In agents mode: the model of each speaker by position, {first: a, second: b}."
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
        if self.cast is not None and (self.mode != "agents" or set(self.cast) != {"first", "second"}):
            raise ValueError("'cast' goes with mode 'agents' and names the models of 'first' and 'second'")
        if self.mode == "agents" and "prompt" in self.model_fields_set:
            raise ValueError("'prompt' goes with mode 'script': in mode 'agents' each speaker reads 'system'")
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
        both = frozenset({"speakers", "turns"})
        return both if self.mode == "script" else both | {"me", "others", "end_mark", "shown"}

    def needs(self) -> Mapping[str, str]:
        return {} if self.speakers else {"personas": ""}

    def answer_field(self) -> str:
        return "dialogue"

    def usable(self, row: Row) -> bool:
        return _script_of(row) is not None

    def models(self) -> Mapping[str, str]:
        if self.cast is None:
            return super().models()
        return {f"cast.{name}": model for name, model in self.cast.items()}

    def writes(self) -> Mapping[str, Shape]:
        turn = {
            "type": "object",
            "properties": {"speaker": {"type": "string"}, "text": {"type": "string"}},
            "additionalProperties": False,
        }
        turns = {"turns": {"type": "array", "items": turn}, "script": {"type": "string"}}
        return {self.field: {"type": "object", "properties": turns, "additionalProperties": False}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        turns = longest(self.turns)
        if self.mode == "script":
            tokens = self.prompt_tokens(self.prompt)
            return Work(
                self.together, self.candidates, 1, tokens, min(self.max_tokens or 10_000, turns * _TOKENS_PER_TURN)
            )
        system = self.prompt_tokens(self.system or AGENT)
        return Work(
            2 * self.together, turns * self.candidates, 1, system + turns * _TOKENS_PER_TURN // 2, _TOKENS_PER_TURN
        )

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        if self.rules is not None:
            for index, rule in enumerate(self.rules):
                try:
                    Rules([rule])
                except DialoomError as error:
                    raise DialoomError(error.what, place=Place(field=f"rules[{index}]"), remedy=error.remedy) from error
            self._rules = Rules(self.rules)

    async def run(self, record: Record, context: Context) -> Fields:
        personas = self._personas(record)
        turns = number_of_turns(self.turns, record.fields.get("plan"), context)

        async def make(sample: int, context: Context) -> list[Turn]:
            made = await self._write(record, context, personas, turns, sample)
            if not made:
                raise RecordError(f"the model wrote no turn by {' or '.join(str(p['name']) for p in personas)}")
            return made

        made = await self.best(make, lambda made: self._rate(record, made, context), context)
        return {self.field: dialogue_value(made)}

    def _personas(self, record: Record) -> list[Mapping[str, Any]]:
        if self.speakers is not None:
            return [{"name": name} for name in self.speakers]
        personas = record.fields.get("personas")
        named = [p for p in personas if isinstance(p, Mapping) and p.get("name")] if isinstance(personas, list) else []
        if len(named) < 2 or len({str(p["name"]).casefold() for p in named}) < len(named):
            raise RecordError(
                "a dialogue needs two speakers with different names",
                remedy="let 'personas' hold objects with 'name', or name the 'speakers'",
            )
        return named

    async def _write(
        self, record: Record, context: Context, personas: Sequence[Mapping[str, Any]], turns: int, sample: int
    ) -> list[Turn]:
        names = [str(persona["name"]) for persona in personas]
        sampling = self.sampling()
        if self.mode == "agents":
            return await converse_by_agents(
                system=self.system or AGENT,
                fields={**record.fields, "speakers": names, "turns": turns, "shown": self._shown(context)},
                personas=personas,
                models=list(self.cast.values()) if self.cast else [self.model],
                least=shortest(self.turns),
                turns=turns,
                params={"max_tokens": _MOST_TOKENS_PER_TURN * 2, **sampling},
                grammar=f"root ::= {self.line_grammar}\n" if self.line_grammar else AGENT_GRAMMAR,
                sample=sample,
                context=context,
            )
        messages = self.messages(
            self.prompt,
            {**record.fields, "speakers": names, "turns": turns},
            context,
            answer=_script_of,
            variables=lambda row: {"turns": len(_turns_of(row)), "speakers": _speakers_of(row)},
            system=ROLE,
        )
        grammar = script_grammar(names, turns, self.line_grammar) if context.takes_grammar(self.model) else None
        text = await context.ask(
            self.model,
            messages,
            params={"max_tokens": turns * _MOST_TOKENS_PER_TURN, **sampling},
            grammar=grammar,
            sample=sample,
        )
        return read_script(text, names)

    def _shown(self, context: Context) -> list[str]:
        """The scripts of the drawn examples, which agents read in their system message."""
        drawn = [(name, script) for name, row in self.drawn(context) if (script := _script_of(row)) is not None]
        if drawn:
            context.showed([name for name, _ in drawn])
        return [script for _, script in drawn]

    def _rate(self, record: Record, turns: list[Turn], context: Context) -> Rating:
        fields = {**record.fields, "dialogue": dialogue_value(turns)}
        candidate = Record(id=record.id, seed=record.seed, fields=fields).to_dialogue("", "")
        verdict = self._rules.judge([candidate])[0] if self._rules is not None else context.judge(candidate)
        return Rating(verdict.fraction, verdict.kept, verdict.reasons)


def dialogue_value(turns: Sequence[Turn]) -> dict[str, Any]:
    """A dialogue as the value of a record's field: its turns, and its script for prompts."""
    return {"turns": [turn.model_dump(exclude_defaults=True) for turn in turns], "script": write_script(turns)}


def _turns_of(row: Row) -> list[Turn]:
    value = row.get("dialogue")
    turns = value.get("turns", []) if isinstance(value, Mapping) else []
    try:
        return [Turn.model_validate(turn) for turn in turns]
    except ValidationError as error:
        raise DataError(
            "an example's turns are not turns", remedy="a turn is an object with 'speaker' and 'text', both texts"
        ) from error


def _speakers_of(row: Row) -> list[str]:
    return list(dict.fromkeys(turn.speaker for turn in _turns_of(row)))


def _script_of(row: Row) -> str | None:
    turns = _turns_of(row)
    return write_script(turns) if turns else None


NODE = Converse
