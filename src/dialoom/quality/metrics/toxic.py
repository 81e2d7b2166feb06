"""Whether anyone is abused."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric
from dialoom.quality.safety.abuse import HINTS, is_abusive


def toxic(batch: Batch) -> list[bool]:
    """Whether a turn holds a slur, an insult to the other's face, a threat, or contempt for a group, in English.

    A lexicon with turns of phrase: it does not understand. Much hate escapes it, and a slur that is quoted or reclaimed
    is a slur to it. The page on quality tells how much it finds.
    """
    found = [False] * len(batch)
    for one in batch.held(HINTS):
        found[one] = is_abusive(batch.lower[one])
    return found


METRIC = Metric(
    "toxic", "a slur, insult, threat or contempt for a group, by lexicon, in English", "bool", OfBatch(toxic)
)
