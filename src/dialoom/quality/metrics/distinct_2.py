"""Lexical diversity by pairs of words."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def distinct_2(dialogue: Dialogue) -> float:
    """Distinct-2 (Li et al. 2016)."""
    return distinct(dialogue, 2)


METRIC = Metric("distinct_2", "share of different word pairs among all, 0..1 (Li et al. 2016)", "float", distinct_2)
