"""What a talk touches that a person should see."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric
from dialoom.quality.safety.topics import may_be_sensitive, topics_of


def sensitive_topics(batch: Batch) -> list[str]:
    """The names of the topics, with commas and in alphabetical order: `drugs,violence`; empty where there is none.

    The topics are abuse, crime, drugs, hate, medical_emergency, self_harm, sexual, violence and weapons. A rule for
    those that have to be escalated: `sensitive_topics not like '%self_harm%'`. It says that a topic is named, in
    English, not what is said of it.
    """
    found = [""] * len(batch)
    for one, said in batch.held(frozenset(filter(may_be_sensitive, batch.vocabulary))).items():
        found[one] = ",".join(topics_of(batch.lower[one], said))
    return found


METRIC = Metric(
    "sensitive_topics",
    "names of sensitive topics, with commas, by lexicon, in English; empty where there is none",
    "text",
    OfBatch(sensitive_topics),
)
