"""How long a dialogue is, in characters."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def characters(batch: Batch) -> list[int]:
    """The number of Unicode code points in all turns."""
    return [sum(map(len, texts)) for texts in batch.split(batch.texts)]


METRIC = Metric("characters", "number of characters in all turns", "int", OfBatch(characters), range=(0, float("inf")))
