"""How much there is for `on_topic` to compare with."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._topic import topic_stems
from dialoom.quality.metrics._metric import Metric


def topic_words(dialogue: Dialogue) -> int:
    """The number of different content words in the scenario, else the field `subtopic`, else the topic."""
    return len(topic_stems(dialogue))


METRIC = Metric(
    "topic_words",
    "number of different content words that on_topic looks for",
    "int",
    topic_words,
    range=(0, float("inf")),
)
