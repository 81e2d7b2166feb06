"""How many turns a dialogue has."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric


def turns(dialogue: Dialogue) -> int:
    """The number of turns."""
    return len(dialogue.turns)


METRIC = Metric("turns", "number of turns", "int", turns, range=(0, float("inf")))
