"""Lexical diversity by words."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def distinct_1(batch: Batch) -> Any:
    """Distinct-1 (Li et al. 2016)."""
    return distinct(batch, 1)


METRIC = Metric(
    "distinct_1",
    "share of different words among all, 0..1",
    "float",
    OfBatch(distinct_1),
    range=(0, 1),
    source="Li et al. 2016",
)
