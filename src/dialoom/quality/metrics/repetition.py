"""Whether the speakers say again what was said."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric

_LEAST_WORDS = 4
_ALIKE = 0.75


def repetition(dialogue: Dialogue) -> float:
    """The share of turns that repeat an earlier turn of either speaker, exactly or nearly.

    Nearly: the longest common subsequence of words is at least 0.75 of both turns' mean length (ROUGE-L F1). Turns of
    fewer than four words ("Thank you", "Yes, of course") are back-channels and may recur.
    """
    from rapidfuzz.distance import Indel

    if not dialogue.turns:
        return 0.0
    earlier: list[list[str]] = []
    repeats = 0
    for turn in dialogue.turns:
        tokens = words(turn.text)
        if len(tokens) < _LEAST_WORDS:
            continue
        repeats += any(Indel.normalized_similarity(tokens, other, score_cutoff=_ALIKE) for other in earlier)
        earlier.append(tokens)
    return repeats / len(dialogue.turns)


METRIC = Metric(
    "repetition",
    "share of turns that repeat an earlier turn, exactly or nearly, 0..1",
    "float",
    repetition,
)
