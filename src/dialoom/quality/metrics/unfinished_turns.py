"""How many turns break off."""

from __future__ import annotations

from dialoom.quality._ending import is_finished
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def unfinished_turns(batch: Batch) -> list[float]:
    """The share of turns that do not end a sentence; 0.0 without turns. Chats without final marks have a high one."""
    return [
        sum(not is_finished(text) for text in texts) / len(texts) if texts else 0.0
        for texts in batch.split(batch.texts)
    ]


METRIC = Metric(
    "unfinished_turns",
    "share of turns that do not end a sentence, 0..1",
    "float",
    OfBatch(unfinished_turns),
    range=(0, 1),
)
