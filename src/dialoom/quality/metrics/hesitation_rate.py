"""How much the speakers hesitate."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_FILLER_LIST = """
    uh uhh uhm um umm erm er err hmm hmmm hm mmm eh ehm euh äh ähm öh hum mh öhm aah
    э эм хм 呃 嗯 えーと えっと あの
"""
_FILLERS = frozenset(_FILLER_LIST.split())
_PHRASES = ("you know,", "i mean,", "sort of", "kind of", "let me see", "how shall i", "what's the word")


def hesitation_rate(batch: Batch) -> Any:
    """Filled pauses ("um"), hedging phrases ("you know,") and words said twice at once, for each word of the talk.

    Shriberg 1994 counts filled pauses and repetitions as disfluencies. A lexicon, fullest for English; "very very" and
    the like count as words said twice.
    """
    import numpy as np

    found = batch.sums(batch.among(_FILLERS))
    phrases = batch.present(_PHRASES)
    found += [sum(map(text.count, phrases)) for text in batch.lower]
    words, turn = batch.words, batch.word_turn
    twice = (words[1:] == words[:-1]) & (turn[1:] == turn[:-1])
    found += np.bincount(batch.word_owner[1:][twice], minlength=len(batch))
    return np.minimum(1.0, found / np.maximum(batch.totals, 1))


METRIC = Metric(
    "hesitation_rate",
    "fillers, hedges and words said twice at once, for each word, 0..1",
    "float",
    OfBatch(hesitation_rate),
    range=(0, 1),
    source="Shriberg 1994",
)
