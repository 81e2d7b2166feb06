"""How many people really speak."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def speakers(batch: Batch) -> list[int]:
    """The number of different speakers that have at least one turn with text."""
    turns = zip(batch.speakers, batch.split(batch.texts), strict=True)
    return [
        len({name for name, text in zip(names, texts, strict=True) if text and not text.isspace()})
        for names, texts in turns
    ]


METRIC = Metric(
    "speakers", "number of different speakers that say something", "int", OfBatch(speakers), range=(0, float("inf"))
)
