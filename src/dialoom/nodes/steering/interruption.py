"""`interruption`: a turn is cut short with a dash, and the next speaker cuts in."""

from __future__ import annotations

from random import Random
from typing import Literal

from pydantic import Field

from dialoom.graph.template import Template
from dialoom.nodes._steer import Hook, Nudge, Stage, one_turn

_BREAK_OFF = Template("Break off in the middle of a sentence, with a dash: you are interrupted.")
_CUT_IN = Template("Cut in: the other was still speaking. React to what was said so far.")
# Between which shares of its words a turn breaks off.
_EARLIEST, _LATEST = 0.4, 0.8


class Interruption(Hook):
    """A turn of `by` breaks off with a dash, wherever the model ends it, and whoever speaks next is told to cut in."""

    kind: Literal["interruption"] = Field(default="interruption", description="A speaker is cut short.")
    say: Template = Field(default=_CUT_IN, description="What the one who cuts in is told.")
    times: int = Field(default=1, ge=1, description="How often in a talk, at most.")

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        found: dict[int, Nudge] = {}
        for _ in range(self.times):
            # Somebody must be left to cut in.
            at = one_turn(stage, self, by, random, last=stage.turns - 1)
            share = random.uniform(_EARLIEST, _LATEST)
            # No interruption of an interruption.
            if at is not None and not {at[0] - 1, at[0], at[0] + 1} & found.keys():
                found[at[0]] = Nudge(*at, _BREAK_OFF, cut=share, then=self.say)
        return list(found.values())


HOOK = Interruption
