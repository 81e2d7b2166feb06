"""Whether a dialogue is about what it was asked to be about."""

from __future__ import annotations

from itertools import islice

from dialoom.quality._topic import stem, topics
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def on_topic(batch: Batch) -> list[float]:
    """The share of the topic's content words, lightly stemmed, that are said; 1.0 when there is nothing to compare.

    The topic is the scenario, else the field `subtopic`, else the topic. The measure is lexical and stems English: a
    short label may well stay unsaid ("visit a patient"), so read a zero together with `topic_words`.
    """
    wanted = batch.once(topics)
    sought: set[str] = set().union(*wanted)
    if not sought:
        return [1.0] * len(batch)
    import numpy as np

    numbers = {each: number for number, each in enumerate(sought)}
    stems = np.fromiter((numbers.get(stem(word), -1) for word in batch.vocabulary), np.int64, len(batch.vocabulary))
    spoken = stems[batch.words]
    told = np.zeros((len(batch), len(numbers)), dtype=np.bool_)
    told[batch.word_owner[spoken >= 0], spoken[spoken >= 0]] = True
    found = iter(
        told[
            np.repeat(np.arange(len(batch)), list(map(len, wanted))),
            [numbers[each] for some in wanted for each in some],
        ].tolist()
    )
    return [sum(islice(found, len(some))) / len(some) if some else 1.0 for some in wanted]


METRIC = Metric(
    "on_topic",
    "share of the content words of scenario, subtopic or topic that are said, 0..1",
    "float",
    OfBatch(on_topic),
    range=(0, 1),
)
