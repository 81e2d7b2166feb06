"""The seam of talks that are made turn by turn: who plays a speaker, and how a speaker is asked for a turn.

A recipe's `cast` gives speakers their *parts* (`kind: agent`, `user`, ...). For each talk a part makes one *speaker*,
and the talk asks it for its turns. A speaker lives as long as its talk, so it may remember what happened in it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import ConfigDict, Field

from dialoom.dialogue import Turn
from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.node import Shape
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers

# Why a talk ends, as the lineage tells it.
MARK = "mark"
FAREWELL = "farewell"
LENGTH = "length"
REPETITION = "repetition"
POLICY = "policy"
GOAL = "goal"
PATIENCE = "patience"
# In the `meta` of a turn without words: that nothing was said is itself what came of it.
SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Example:
    """A talk that sounds right, shown to models."""

    topic: str | None
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Scene:
    """One talk, as it is known before its first turn.

    Attributes:
        fields: the record's, with `speakers` (names), `turns` and `shown` (scripts of the examples).
        personas: the speakers in order, each with `name`; `name` alone where the recipe only names them.
        turns, least: the most turns that it may have, and how many it must have before anyone may end it.
        model: the node's model, for parts without one of their own.
        system: the node's own system message, for parts without one of their own; None where the recipe has none.
        params: sampling parameters of the node's calls, `max_tokens` among them.
        line: GBNF rule body for what is said in one turn; None for the part's own.
        sample: the candidate's number, which goes into each call as its sample.
        examples: the drawn examples; `shown` has their scripts.
    """

    fields: Mapping[str, Any]
    personas: Sequence[Mapping[str, Any]]
    turns: int
    least: int
    model: str
    system: Template | None
    params: Mapping[str, Any]
    line: str | None
    sample: int
    examples: Sequence[Example] = ()

    def others(self, me: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The personas that `me` talks with."""
        return [persona for persona in self.personas if persona is not me]


@dataclass(frozen=True, slots=True)
class Cue:
    """What is asked of a speaker for one turn.

    Attributes:
        turn: the turn's number in the talk, from 1.
        last: whether it is the speaker's last turn, in which the talk should come to its end.
        instructions: what it must do in this turn, from steering hooks and the policy; whole sentences in the second
            person.
        acts: the dialogue acts that the policy wants of the turn.
        may_end: whether the speaker may say that the talk is over. The talk ignores `Said.ends` otherwise.
    """

    turn: int
    last: bool = False
    instructions: Sequence[str] = ()
    acts: Sequence[str] = ()
    may_end: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A speaker's turn, and why the talk ends with it: MARK, GOAL, PATIENCE or a word of the part's own; None goes on.

    Attributes:
        turn: with what the part knows of it: tool calls, slots. The talk adds `acts` of a policy where it has none.
        final: whether the speaker has nothing more to say, so that the talk ends even before its least number of turns.
    """

    turn: Turn
    ends: str | None = None
    final: bool = False


class Speaker(Protocol):
    """One speaker of one talk."""

    @property
    def name(self) -> str:
        """As its turns are labelled."""
        ...

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        """The next turn, by asking models through `context` (calls go with `sample=scene.sample`).

        A turn without text and tool calls is left out of the dialogue, unless its `meta` has SILENT.

        Args:
            so_far: all turns before it, whoever spoke them; never to be changed.

        Raises RecordError, which costs the candidate.
        """
        ...


class Part(PlainNumbers):
    """How a speaker is played: what a recipe writes in `cast`, one kind a file of `nodes/parts/`, in `PART`.

    As a node, it holds no state of a run: `speaker` makes what remembers. Its templates, files, models and problems are
    looked at with the node's own, and its fields are part of the recipe's content hash.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: str = Field(description="What plays the speaker.")
    model: str | None = Field(default=None, description="Its model; left out, the node's.")
    system: Template | None = Field(default=None, description="Its own system message, with `me` and `others`.")
    temperature: float | None = Field(default=None, ge=0, description="Its sampling temperature.")
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of one of its turns.")
    params: dict[str, Any] = Field(default_factory=dict, description="Further sampling parameters of its own.")

    @abstractmethod
    def speaker(self, me: Mapping[str, Any], scene: Scene) -> Speaker:
        """A speaker for one talk. `me` is one of `scene.personas`, the same object."""

    def asks(self, scene: Scene) -> tuple[str, dict[str, Any]]:
        """The model that it asks and with which parameters: its own before the node's."""
        own = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        params = {**scene.params, **{name: value for name, value in own.items() if value is not None}, **self.params}
        return self.model or scene.model, params

    def calls_a_turn(self) -> tuple[int, int]:
        """The least and most calls that one of its turns takes, for the estimate before a run."""
        return 1, 1

    def models(self) -> Mapping[str, str]:
        """The models that it asks beside the node's: {field of the part: model name}."""
        return {} if self.model is None else {"model": self.model}

    def needs(self) -> Mapping[str, str]:
        """Fields of the record that it reads other than through templates: {field: where in the part}."""
        return {}

    def provides(self) -> frozenset[str]:
        """Variables beside `me`, `others`, `speakers`, `turns`, `end_mark` and `shown` in its templates."""
        return frozenset()

    def adds(self) -> dict[str, Any]:
        """Fields that it adds to every record in which it speaks, such as the tools that it has. Known once it is
        prepared."""
        return {}

    def code(self) -> str:
        """The source of the user's functions that can alter what it says."""
        return ""

    def prepare(self, folder: Path) -> None:
        """Read what it needs from disk. Raises DialoomError whose field is the place in the part."""

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        """What is wrong with it beyond its fields' types; places are fields of the part."""
        return ()
