"""`user`: a simulated user, who wants something, knows some things, tells them when asked, and runs out of patience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, field_validator

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.template import Template
from dialoom.nodes._agents_mode import as_earlier_turns, seen_by, spoken
from dialoom.nodes._ending import said_again
from dialoom.nodes._facts import with_facts
from dialoom.nodes._speaker import GOAL, PATIENCE, Cue, Part, Said, Scene
from dialoom.nodes._user_words import (
    asks,
    asks_for,
    asks_for_anything,
    brings_nothing,
    speaks_as_assistant,
    without_service,
)
from dialoom.nodes.parts.agent import earlier_turns

DONE_MARK = "<done>"
_USER = Template(
    """
You are {{ me.name }}, who needs something. You are not an assistant: you never offer help, and you never answer for the
other side.
{% if me.description %}About you: {{ me.description }}
{% endif %}
What you want: {{ goal }}
{% if style %}How you speak: {{ style }}
{% endif %}
{% if told %}What you can tell now, because you were asked:
{% for name, value in told.items() %}
- {{ name }}: {{ value }}
{% endfor %}
{% endif %}
You talk with {{ others | map(attribute='name') | join(' and ') }}, who is to solve it. Write only your next turn: one
short sentence, as people type or say it, with one thing at a time. Do not make up numbers, dates or names.
When you have got what you want, thank the other and write {{ done_mark }} after it.
"""
)
_GRAMMAR = r"""root ::= sentence (" " short)? (" <done>")?
sentence ::= [^\x00-\x20<>{}\[\]|#*_`"] [^\x00-\x1f<>{}\[\]|#*_`.!?]{1,130} [.!?]
short ::= [A-Z] [^\x00-\x1f<>{}\[\]|#*_`.!?]{1,50} [.!?]
"""
_NOT_SO = "That was an assistant's line. You are the one who needs help: say what {name} would say."
_OPEN = "You speak first: say in your own words what you need, and nothing more."
_ANSWER = "You were asked: answer with {facts}."
_UNKNOWN = "If you were asked for something that you were not told here, say that you do not know it."
_IMPATIENT = "You are losing patience: nothing has come of it so far."
_GIVE_UP = "You have had enough: say that you give up, and leave."
_ESCALATE = "You have had enough: insist on speaking to somebody else."


class User(Part):
    """A user and no assistant: short turns, one thing at a time, facts only when asked for, and not for ever.

    Goal, knowledge, patience and style come from the fields here, or else from the record's `goal` (or `subtopic`, or
    `topic`), `knows`, `patience` and `style`. What the user knows is kept from the model until the other asks for it,
    so that it cannot be told before.
    """

    kind: Literal["user"] = Field(default="user", description="A simulated user.")
    goal: Template | None = Field(
        default=None, description="What it wants; left out, the record's `goal` or situation."
    )
    knows: dict[str, Template | list[Template]] | None = Field(
        default=None,
        description="Facts that it gives only when asked, by name: {order number: 'A-1234'}. Of a list the first is "
        "the fact, and the others are further names by which it may be asked for. Left out, the record's `knows`.",
    )
    opens: Template | None = Field(
        default=None, description="Its first turn, word for word; left out or empty, its model words it."
    )
    opens_with: list[str] = Field(default_factory=list, description="Names of facts that it tells without being asked.")
    patience: int | None = Field(
        default=None,
        ge=1,
        description="After how many turns in which nothing came of it the user has enough; left out, the record's "
        "`patience`, or 4.",
    )
    then: Literal["leave", "escalate"] = Field(
        default="leave", description="What it does then: gives up, or asks for somebody else and goes on."
    )
    ends: bool = Field(
        default=False, description="Whether the talk is over when it has what it wants or leaves, whatever its `turns`."
    )
    style: Template | None = Field(default=None, description="How it speaks; left out, the record's `style`.")
    tries: int = Field(default=3, ge=1, description="How often a turn is asked for that is worded as an assistant's.")

    @field_validator("knows")
    @classmethod
    def _facts(cls, knows: Any) -> Any:
        for name, value in (knows or {}).items():
            if isinstance(value, list) and not value:
                raise ValueError(f"'{name}' is an empty list: give the fact first, then further names for it")
        return knows

    def provides(self) -> frozenset[str]:
        return frozenset({"goal", "style", "told", "done_mark"})

    def calls_a_turn(self) -> tuple[int, int]:
        return 1, self.tries

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> UserSpeaker:
        fields = {**scene.fields, "me": me, "others": scene.others(me)}
        goal = self.goal.render(fields) if self.goal is not None else _first(scene.fields, "goal", "subtopic", "topic")
        style = self.style.render(fields) if self.style is not None else _first(scene.fields, "style")
        facts = {str(name): _fact(str(name), value, fields) for name, value in self._known(scene).items()}
        patience = self.patience or scene.fields.get("patience") or 4
        if isinstance(patience, bool) or not isinstance(patience, (int, float, str)) or not str(patience).isdecimal():
            raise RecordError(f"a user's patience is a number of turns, and not {patience!r}")
        opening = "" if self.opens is None else self.opens.render(fields)
        return UserSpeaker(self, me, scene, goal or "help with something", style, facts, int(patience), opening)

    def _known(self, scene: Scene) -> Mapping[str, Any]:
        knows = self.knows if self.knows is not None else scene.fields.get("knows") or {}
        if not isinstance(knows, Mapping):
            raise RecordError(
                "what a user knows is an object of names and values", remedy="knows: {order number: A-12}"
            )
        return knows


@dataclass
class UserSpeaker:
    """A user of one talk: what it was asked for, and how long nothing has come of it.

    Attributes:
        facts: by name, the value and all names by which it may be asked for.
        opening: its first turn; empty where its model words it.
    """

    part: User
    me: Mapping[str, Any]
    scene: Scene
    goal: str
    style: str
    facts: Mapping[str, tuple[str, Sequence[str]]]
    patience: int
    opening: str = ""
    _told: list[str] = field(default_factory=list)
    _without: int = 0
    _seen: int = 0
    _had_enough: bool = False

    @property
    def name(self) -> str:
        return str(self.me["name"])

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        told = self._heed(so_far, cue)
        if self.opening and not any(turn.speaker == self.name for turn in so_far):
            self._told += [
                name
                for name, (value, _) in self.facts.items()
                if name not in self._told and value.casefold() in self.opening.casefold()
            ]
            return Said(self._marked(self.opening))
        # A policy says itself when somebody has enough.
        leaves = self._without >= self.patience and not self._had_enough and not cue.acts
        told += [] if cue.acts else self._mood(leaves)
        if leaves:
            self._had_enough = True
            context.note(
                "out of patience", turn=cue.turn, speaker=self.name, after=self._without, candidate=self.scene.sample
            )
        text = await self._ask(so_far, cue, told, context)
        turn = self._marked(spoken(text.replace(DONE_MARK, ""), self.scene.personas))
        if leaves and self.part.then == "leave":
            return Said(turn, PATIENCE, final=self.part.ends)
        done = DONE_MARK in text
        return Said(turn, GOAL if done else None, final=done and self.part.ends)

    def _marked(self, text: str) -> Turn:
        """A turn with the facts that stand in it as slots."""
        return with_facts(Turn(speaker=self.name, text=text), {name: self.facts[name][0] for name in self._told})

    def _heed(self, so_far: Sequence[Turn], cue: Cue) -> list[str]:
        """Take in what was said since the last turn: which facts were asked for, and whether anything came of it."""
        heard = [turn for turn in so_far[self._seen :] if turn.speaker != self.name]
        earlier = [turn for turn in so_far[: self._seen] if turn.speaker != self.name]
        self._seen = len(so_far)
        if not so_far or not heard:
            opening = [name for name in self.part.opens_with if name in self.facts]
            self._told += opening
            return [*(() if cue.acts else (_OPEN,)), *self._answer(opening)] if not so_far else []
        text = " ".join(turn.text for turn in heard)
        asked = [name for name, (_, names) in self.facts.items() if asks_for(text, names)]
        if not asked and (asks_for_anything(text) or "inform" in cue.acts):
            asked = [name for name in self.facts if name not in self._told][:1]
        fresh = [name for name in asked if name not in self._told]
        again = any(said_again(turn.text, before.text) for turn in heard for before in earlier)
        stuck = again or brings_nothing(text) or (bool(asked) and not fresh)
        self._without = self._without + 1 if stuck else 0
        self._told += fresh
        return self._answer(asked) if asked else [_UNKNOWN] if self.facts and asks(text) and not cue.acts else []

    def _answer(self, names: Sequence[str]) -> list[str]:
        facts = " and ".join(f"your {name.replace('_', ' ')}, which is {self.facts[name][0]}" for name in names)
        return [_ANSWER.format(facts=facts)] if names else []

    def _mood(self, leaves: bool) -> list[str]:
        if leaves:
            return [_GIVE_UP if self.part.then == "leave" else _ESCALATE]
        return [_IMPATIENT] if self._without and self._without >= self.patience - 1 else []

    async def _ask(self, so_far: Sequence[Turn], cue: Cue, told: Sequence[str], context: Context) -> str:
        scene = self.scene
        system = self.part.system or scene.system or _USER
        variables = {
            "me": self.me,
            "others": scene.others(self.me),
            "goal": self.goal,
            "style": self.style,
            "told": {name: self.facts[name][0] for name in self._told},
            "end_mark": DONE_MARK,
            "done_mark": DONE_MARK,
        }
        rendered = system.render({**scene.fields, **variables})
        model, params = self.part.asks(scene)
        grammar = f"root ::= {scene.line}\n" if scene.line else _GRAMMAR
        instructions = [*cue.instructions, *told]
        for number in range(self.part.tries):
            text = await context.ask(
                model,
                seen_by(
                    self.name,
                    rendered,
                    so_far,
                    cue.last,
                    instructions,
                    named=len(scene.personas) > 2,
                    before=as_earlier_turns(scene, self.me) if earlier_turns(system) else (),
                ),
                params=params,
                grammar=grammar if context.takes_grammar(model) else None,
                sample=scene.sample,
            )
            if not speaks_as_assistant(text):
                return text
            kept = without_service(text) if number == self.part.tries - 1 else ""
            context.note(
                "a user spoke as an assistant",
                turn=cue.turn,
                speaker=self.name,
                text=text,
                done="asked again" if number < self.part.tries - 1 else "cut out" if kept else "left",
                candidate=scene.sample,
            )
            # One more each time: an answer to the same question would be the same.
            instructions.append(_NOT_SO.format(name=self.name))
        return kept or text


def _fact(name: str, value: Any, fields: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    """A fact, and the names by which it may be asked for."""
    texts = [
        each.render(fields) if isinstance(each, Template) else str(each)
        for each in (value if isinstance(value, list) and value else [value])
    ]
    return texts[0], [name, *texts[1:]]


def _first(fields: Mapping[str, Any], *names: str) -> str:
    return next((str(fields[name]) for name in names if fields.get(name)), "")


PART = User
