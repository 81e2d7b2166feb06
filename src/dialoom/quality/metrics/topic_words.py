"""How much there is for `on_topic` to compare with."""

from __future__ import annotations

from dialoom.quality._topic import topics
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def topic_words(batch: Batch) -> list[int]:
    """The number of different content words in the scenario, else the field `subtopic`, else the topic."""
    return list(map(len, batch.once(topics)))


METRIC = Metric(
    "topic_words",
    "number of different content words that on_topic looks for",
    "int",
    OfBatch(topic_words),
    range=(0, float("inf")),
)
