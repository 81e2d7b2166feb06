"""Lexical richness that does not fall with length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

if TYPE_CHECKING:
    from dialoom.quality.batch import Floats, Ints

_FALL = 0.72
_LEAST_WORDS = 10


def mtld(batch: Batch) -> Floats:
    """The measure of textual lexical diversity: how many words in a row keep a type-token ratio of 0.72 on average.

    McCarthy and Jarvis 2010, forward and backward, with the rest as part of a factor and no factor of less than ten
    words, as is usual. Where the ratio never falls (no word twice), the true value is at least the number of words:
    that number is given.
    """
    import numpy as np

    words, owner, totals = batch.words, batch.word_owner, batch.totals
    ends = np.cumsum(totals)
    starts, backwards = ends - totals, len(words) - ends
    forward, backward = _earlier(words, owner, starts, ends)
    both = _walk(
        np.concatenate((forward, backward)),
        np.concatenate((starts, backwards + len(words))),
        np.concatenate((totals, totals)),
    )
    return (both[: len(batch)] + both[len(batch) :]) / 2


def _earlier(words: Ints, owner: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """For each word the place in its dialogue, from 0, where it was said last before, -1 where it was not; and the same
    of all words backwards, with places counted from the end."""
    import numpy as np

    # Sorted by dialogue, word and place, as one number: sorting numbers is quicker than sorting an index by them.
    places = np.arange(len(words))
    size = max(len(words), 1)
    joint = np.sort((owner * (int(words.max(initial=0)) + 1) + words) * size + places)
    order, same = joint % size, joint[1:] // size == joint[:-1] // size
    before, after = order[:-1][same], order[1:][same]
    forward = np.full(len(words), -1)
    forward[after] = before - starts[owner[after]]
    backward = np.full(len(words), -1)
    backward[len(words) - 1 - before] = ends[owner[before]] - 1 - after
    return forward, backward


def _walk(earlier: Ints, starts: Ints, totals: Ints) -> Floats:
    """Words over factors of each dialogue, all of them walked side by side, a word at a time."""
    import numpy as np

    longest_first = np.argsort(-totals, kind="stable")
    ranked, first = totals[longest_first], starts[longest_first]
    factors = np.zeros(len(totals))
    begun = np.zeros(len(totals), dtype=np.int64)
    different = np.zeros(len(totals), dtype=np.int64)
    # How many dialogues have a word at each place.
    lanes_at = np.searchsorted(-ranked, -np.arange(int(ranked[0]) if len(ranked) else 0), side="left").tolist()
    for place, lanes in enumerate(lanes_at):
        now = different[:lanes]
        now += earlier[first[:lanes] + place] < begun[:lanes]
        length = place + 1 - begun[:lanes]
        fallen = now < _FALL * length
        if place + 1 < _LEAST_WORDS or not fallen.any():
            continue
        fallen &= (length >= _LEAST_WORDS) & (ranked[:lanes] > place + 1)
        at = np.flatnonzero(fallen)
        factors[at] += 1
        begun[at] = place + 1
        different[at] = 0
    rest = ranked - begun
    factors += np.where(rest > 0, (1 - different / np.maximum(rest, 1)) / (1 - _FALL), 0.0)
    found = np.empty(len(totals))
    found[longest_first] = np.where(factors > 0, ranked / np.where(factors > 0, factors, 1), ranked)
    return found


METRIC = Metric(
    "mtld",
    "words in a row that keep a type-token ratio of 0.72 on average, mostly 40 to 100",
    "float",
    OfBatch(mtld),
    range=(0, float("inf")),
    source="McCarthy & Jarvis 2010",
)
