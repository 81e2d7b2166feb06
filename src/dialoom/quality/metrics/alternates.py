"""Whether the speakers take turns."""

from __future__ import annotations

from itertools import pairwise

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric


def alternates(dialogue: Dialogue) -> bool:
    """Whether each turn has another speaker than the one before it, and at least two speak."""
    names = [turn.speaker for turn in dialogue.turns]
    return len(names) > 1 and all(before != after for before, after in pairwise(names))


METRIC = Metric(
    "alternates",
    "each turn is by another speaker than the one before, and at least two speak",
    "bool",
    alternates,
)
