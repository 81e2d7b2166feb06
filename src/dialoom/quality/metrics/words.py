"""How long a dialogue is, in words."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def words(batch: Batch) -> Any:
    """The number of words; in scripts without spaces, of characters."""
    return batch.totals


METRIC = Metric(
    "words",
    "number of words in all turns (characters in scripts without spaces)",
    "int",
    OfBatch(words),
    range=(0, float("inf")),
)
