"""`topic_shift`: a speaker brings up something else."""

from __future__ import annotations

from random import Random
from typing import Literal

from pydantic import Field

from dialoom.graph.template import Template
from dialoom.nodes._steer import Hook, Nudge, Stage, one_turn

_ELSE = Template("Change the subject: bring up something else that is on your mind.")


class TopicShift(Hook):
    """A speaker brings up something else: one of `to`, by seed, or what comes to its mind."""

    kind: Literal["topic_shift"] = Field(default="topic_shift", description="A speaker changes the subject.")
    to: list[Template] | None = Field(default=None, min_length=1, description="The subjects to draw from.")

    def plan(self, stage: Stage, by: str | None, random: Random) -> list[Nudge]:
        at = one_turn(stage, self, by, random)
        subject = random.choice(self.to) if self.to else None
        if at is None:
            return []
        told = _ELSE if subject is None else Template(f"Change the subject: bring up {subject.source}.")
        return [Nudge(*at, told)]


HOOK = TopicShift
