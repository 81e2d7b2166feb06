"""The seam of steering: what may be made to happen in a talk, and how a hook says when and what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field, field_validator

from dialoom.dialogue import Turn
from dialoom.errors import DialoomError
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._draw import read_range
from dialoom.nodes._turns import as_range

Window = Annotated[str, BeforeValidator(as_range, json_schema_input_type=int | str)]
# What templates of hooks may read beside the record's fields.
VARIABLES = frozenset({"me", "others", "said", "turn", "speakers", "turns"})


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known of a talk before its first turn.

    Attributes:
        names: the speakers, in order.
        least, turns: how many turns it must have, and may have.
        who: the speaker of each turn, where that is known before: not with a free order.
        script: whether it is written in one call.
    """

    names: Sequence[str]
    least: int
    turns: int
    who: Sequence[str] | None
    script: bool

    def open(self, window: str | None, by: str | None, first: int = 2, last: int | None = None) -> list[int]:
        """The turns (from 1) of a window that `by` speaks, or anybody; with no window, those from `first` to `last`."""
        bounds = read_range(window) if window is not None else None
        low, high = (first, last or self.turns) if bounds is None else (int(bounds[0]), int(bounds[1]))
        numbers = range(max(low, 1), min(high, last or self.turns) + 1)
        return [n for n in numbers if by is None or self.who is None or self.who[n - 1] == by]

    def speaker(self, turn: int, by: str | None, random: Random) -> str:
        """Who speaks a turn; where that is not known, who is to speak from then on: `by`, or anyone by seed."""
        if self.who is not None:
            return self.who[turn - 1]
        return by or random.choice(list(self.names))


@dataclass(frozen=True, slots=True)
class Moment:
    """A talk just before a turn: who speaks it, what was said, how often the hook has struck, and the variables that
    its templates read."""

    turn: int
    speaker: str
    so_far: Sequence[Turn]
    struck: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Nudge:
    """Something that a speaker is told at a turn.

    Attributes:
        turn: at this turn, or, where the order is free, at the speaker's first turn from this one on.
        speaker: whom it is told.
        instruction: what is told, in the imperative.
        cut: where in the turn's words it breaks off, as a share of them; None leaves it whole.
        then: what whoever speaks next is told.
    """

    turn: int
    speaker: str
    instruction: Template
    cut: float | None = None
    then: Template | None = None


class Hook(PlainNumbers):
    """Something that may be made to happen in a talk: what a recipe writes in `steer`, one kind a file of
    `nodes/steering/`, in `HOOK`. It holds no state of a run."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)
    # Why it makes no sense in a script, for those that do not.
    NOT_IN_SCRIPTS: ClassVar[str | None] = None

    kind: str = Field(description="What happens.")
    chance: float = Field(default=1.0, ge=0, le=1, description="In which share of the talks.")
    quota: bool = Field(default=False, description="Keep the share evenly over the records, and not by chance alone.")
    turns: Window | None = Field(default=None, description="Between which turns: a number or a range, such as 3..8.")
    by: str | None = Field(default=None, description="Who does it: a speaker's name or position; left out, anyone.")

    @field_validator("turns")
    @classmethod
    def _a_window(cls, window: str | None) -> str | None:
        bounds = read_range(window)
        if window is not None and (bounds is None or bounds[0] < 1):
            raise ValueError("expected the number of a turn, or a range such as 3..8")
        return window

    def band(self) -> tuple[int, int] | None:
        """The least and most turns that the talk is to have, for a hook that says so."""
        return None

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        """What is told at which turns, drawn before the talk. `by` is the speaker's name, if the recipe gives one."""
        return []

    def react(self, moment: Moment) -> Template | None:
        """What the speaker of the coming turn is told, in the light of what was said; asked in talks turn by turn."""
        return None

    def problems(self, turns: str, script: bool) -> Iterable[DialoomError]:
        """What is wrong with it beyond its fields' types, given the node's range of turns; places are its fields."""
        return ()


def one_turn(
    stage: Stage, hook: Hook, by: str | None, random: Random, last: int | None = None
) -> tuple[int, str] | None:
    """A turn in the hook's window, by seed, and who speaks it; None where there is none."""
    numbers = stage.open(hook.turns, by, last=last)
    if not numbers:
        return None
    turn = random.choice(numbers)
    return turn, stage.speaker(turn, by, random)
