"""Whether a dialogue is about what it was asked to be about."""

from __future__ import annotations

from dialoom.quality._topic import stem, topics
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def on_topic(batch: Batch) -> list[float]:
    """The share of the topic's content words, lightly stemmed, that are said; 1.0 when there is nothing to compare.

    The topic is the scenario, else the field `subtopic`, else the topic. The measure is lexical and stems English: a
    short label may well stay unsaid ("visit a patient"), so read a zero together with `topic_words`.
    """
    wanted = batch.once(topics)
    sought = set().union(*wanted)
    said: list[set[str]] = [set() for _ in wanted]
    if sought:
        import numpy as np

        stems = [stem(word) for word in batch.vocabulary]
        places = np.flatnonzero(np.fromiter(map(sought.__contains__, stems), dtype=np.bool_)[batch.words])
        for word, owner in zip(batch.words[places].tolist(), batch.word_owner[places].tolist(), strict=True):
            said[owner].add(stems[word])
    return [len(some & told) / len(some) if some else 1.0 for some, told in zip(wanted, said, strict=True)]


METRIC = Metric(
    "on_topic",
    "share of the content words of scenario, subtopic or topic that are said, 0..1",
    "float",
    OfBatch(on_topic),
    range=(0, 1),
)
