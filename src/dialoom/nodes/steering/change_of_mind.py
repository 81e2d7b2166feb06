"""`change_of_mind`: a speaker takes back something it wanted or said."""

from __future__ import annotations

from random import Random
from typing import Literal

from pydantic import Field

from dialoom.graph.template import Template
from dialoom.nodes._steer import Hook, Nudge, Stage, one_turn

_SAY = Template('Change your mind about something that you wanted or said before, and say so: "Actually, ..."')


class ChangeOfMind(Hook):
    """A speaker takes back something it wanted or said, and says what instead."""

    kind: Literal["change_of_mind"] = Field(default="change_of_mind", description="A speaker changes its mind.")
    say: Template = Field(default=_SAY, description="What the speaker is told.")

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        # Whoever changes it has had a turn to make it up.
        at = one_turn(stage, self.model_copy(update={"turns": self.turns or f"3..{max(stage.turns, 3)}"}), by, random)
        return [] if at is None else [Nudge(*at, self.say)]


HOOK = ChangeOfMind
