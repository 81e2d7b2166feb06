"""Lexical diversity by pairs of words."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def distinct_2(batch: Batch) -> Any:
    """Distinct-2 (Li et al. 2016)."""
    return distinct(batch, 2)


METRIC = Metric(
    "distinct_2",
    "share of different word pairs among all, 0..1",
    "float",
    OfBatch(distinct_2),
    range=(0, 1),
    source="Li et al. 2016",
)
