"""`inject`: an instruction of the user's own, at a turn, between turns, or when something was said."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Literal

from pydantic import Field

from dialoom.errors import DialoomError, Place
from dialoom.graph.template import Condition, Template
from dialoom.nodes._draw import read_range
from dialoom.nodes._steer import Hook, Moment, Nudge, Stage


class Inject(Hook):
    """A speaker is told `say` at a turn of the window, by seed, or at the first ones where `if` holds."""

    kind: Literal["inject"] = Field(default="inject", description="A speaker is told something.")
    say: Template = Field(description="What the speaker is told, in the imperative.")
    condition: Condition | None = Field(
        default=None,
        alias="if",
        description="Only where this holds: of the fields, `said` (turns with `speaker` and `text`) and `turn`.",
    )
    times: int = Field(default=1, ge=1, description="How often in a talk, at most.")

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        if self.condition is not None:
            return []
        numbers = stage.open(self.turns, by, first=1)
        drawn = sorted(random.sample(numbers, min(self.times, len(numbers))))
        return [Nudge(turn, stage.speaker(turn, by, random), self.say) for turn in drawn]

    def react(self, moment: Moment) -> Template | None:
        if self.condition is None or moment.struck >= self.times:
            return None
        bounds = read_range(self.turns)
        if bounds is not None and not bounds[0] <= moment.turn <= bounds[1]:
            return None
        return self.say if self.condition.holds(moment.fields) else None

    def problems(self, turns: str, script: bool) -> Iterable[DialoomError]:
        if script and self.condition is not None:
            what = "a script is written in one call, so what was said in it cannot be asked"
            yield DialoomError(what, place=Place(field="if"), remedy="set mode to agents or writer, or give 'turns'")


HOOK = Inject
