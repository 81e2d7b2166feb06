"""Whether the speakers say again what was said."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_LEAST_WORDS = 4
_ALIKE = 0.75


def repetition(batch: Batch) -> list[float]:
    """The share of turns that repeat an earlier turn of either speaker, exactly or nearly.

    Nearly: the longest common subsequence of words is at least 0.75 of both turns' mean length (ROUGE-L F1). Turns of
    fewer than four words ("Thank you", "Yes, of course") are back-channels and may recur.
    """
    return [_repeats(codes) / len(codes) if codes else 0.0 for codes in batch.split(batch.codes)]


def _repeats(codes: Sequence[str]) -> int:
    from rapidfuzz.distance import Indel

    likeness = Indel.normalized_similarity
    earlier: list[str] = []
    repeats = 0
    for turn in codes:
        length = len(turn)
        if length < _LEAST_WORDS:
            continue
        # Beyond these lengths even a turn that holds all of the other is not so like it.
        least, most = length * _ALIKE / (2 - _ALIKE), length * (2 - _ALIKE) / _ALIKE
        for other in earlier:
            if least <= len(other) <= most and likeness(turn, other, score_cutoff=_ALIKE):
                repeats += 1
                break
        earlier.append(turn)
    return repeats


METRIC = Metric(
    "repetition",
    "share of turns that repeat an earlier turn, exactly or nearly, 0..1",
    "float",
    OfBatch(repetition),
    range=(0, 1),
    source="ROUGE-L: Lin 2004",
)
