"""How long turns are on average."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def mean_turn_words(batch: Batch) -> list[float]:
    """The mean number of words in a turn; 0 where there is no turn."""
    return [sum(lengths) / len(lengths) if lengths else 0.0 for lengths in batch.split(batch.lengths.tolist())]


METRIC = Metric(
    "mean_turn_words", "mean number of words in a turn", "float", OfBatch(mean_turn_words), range=(0, float("inf"))
)
