"""How many people really speak."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric


def speakers(dialogue: Dialogue) -> int:
    """The number of different speakers that have at least one turn with text."""
    return len({turn.speaker for turn in dialogue.turns if turn.text.strip()})


METRIC = Metric("speakers", "number of different speakers that say something", "int", speakers, range=(0, float("inf")))
