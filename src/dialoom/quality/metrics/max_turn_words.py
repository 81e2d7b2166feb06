"""How long turns get."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def max_turn_words(batch: Batch) -> list[int]:
    """The number of words in the longest turn; 0 where there is no turn."""
    return [max(lengths, default=0) for lengths in batch.split(batch.lengths.tolist())]


METRIC = Metric(
    "max_turn_words", "number of words in the longest turn", "int", OfBatch(max_turn_words), range=(0, float("inf"))
)
