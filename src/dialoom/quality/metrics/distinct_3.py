"""Lexical diversity by runs of three words."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def distinct_3(batch: Batch) -> Any:
    """Distinct-3 (Li et al. 2016)."""
    return distinct(batch, 3)


METRIC = Metric(
    "distinct_3",
    "share of different runs of three words among all, 0..1",
    "float",
    OfBatch(distinct_3),
    range=(0, 1),
    source="Li et al. 2016",
)
