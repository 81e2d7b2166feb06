"""Lexical diversity by words."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def distinct_1(dialogue: Dialogue) -> float:
    """Distinct-1 (Li et al. 2016)."""
    return distinct(dialogue, 1)


METRIC = Metric("distinct_1", "share of different words among all, 0..1 (Li et al. 2016)", "float", distinct_1)
