"""Lexical richness, the plain way."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._distinct import distinct
from dialoom.quality.metrics._metric import Metric


def ttr(batch: Batch) -> Any:
    """The type-token ratio: different words over words, 0.0 without words. It is `distinct_1` by its older name.

    It falls with length: use `mtld` where dialogues differ in length.
    """
    return distinct(batch, 1)


METRIC = Metric(
    "ttr",
    "type-token ratio, different words over words, 0..1",
    "float",
    OfBatch(ttr),
    range=(0, 1),
    source="Templin 1957",
)
