"""`escalation`: a speaker's anger rises from turn to turn, until it asks for somebody else."""

from __future__ import annotations

from random import Random
from typing import Literal

from pydantic import Field

from dialoom.graph.template import Template
from dialoom.nodes._steer import Hook, Nudge, Stage

_STEPS = (
    Template("Show that you are growing impatient: this takes too long, and you have said so before."),
    Template("Be angry now: say plainly how bad this is."),
    Template("Insist on speaking to a manager."),
)


class Escalation(Hook):
    """In turns of one speaker, one after the other, it is told the `steps`: impatient, angry, asking for a manager."""

    kind: Literal["escalation"] = Field(default="escalation", description="A speaker grows angry.")
    steps: list[Template] = Field(
        default_factory=lambda: list(_STEPS), min_length=1, description="What it is told, turn after turn."
    )

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        by = by or stage.names[0]
        numbers = stage.open(self.turns, by)
        if not numbers:
            return []
        # As late as all steps still have a turn, at the latest.
        start = random.randrange(max(len(numbers) - len(self.steps), 0) + 1)
        return [Nudge(turn, by, step) for turn, step in zip(numbers[start:], self.steps, strict=False)]


HOOK = Escalation
