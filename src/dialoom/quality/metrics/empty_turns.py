"""Turns in which nothing is said."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def empty_turns(batch: Batch) -> list[int]:
    """The number of turns without a word."""
    return [lengths.count(0) for lengths in batch.split(batch.lengths.tolist())]


METRIC = Metric("empty_turns", "number of turns without a word", "int", OfBatch(empty_turns), range=(0, float("inf")))
