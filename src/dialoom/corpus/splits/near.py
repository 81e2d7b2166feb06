"""Near-duplicate texts among many: the pairs whose Jaccard index of word pairs reaches a threshold.

Up to five thousand texts none is missed, and beyond that one in a million at the threshold itself, at a cost that grows
as the number of texts does. What is found is compared exactly either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dialoom.corpus.splits import bands, prefixes
from dialoom.dialogue.words import words

Shingles = NDArray[np.int64]
_FEW = 5_000
# An odd number without a pattern, so that "a b" and "b a" are two pairs.
_TIMES = np.uint64(0x9E3779B97F4A7C15)


def shingles(text: str) -> Shingles:
    """The word pairs of a text, its start and end taken as words, as sorted hashes without repeats.

    The same in every process, so that what is found does not change from one to the next.
    """
    said = words(text)
    if not said:
        return np.empty(0, dtype=np.int64)
    hashed = np.array([_hash(word) for word in ("^", *said, "$")], dtype=np.uint64)
    pairs = (hashed[:-1] * _TIMES) ^ hashed[1:]
    return np.unique((pairs * _TIMES).view(np.int64))


def near_pairs(sets: Sequence[Shingles], threshold: float, start: int = 0) -> Iterator[tuple[int, int, float]]:
    """(lower index, higher index, Jaccard index) of pairs of non-empty sets that are at least so alike.

    Args:
        sets: what each text consists of.
        threshold: the least Jaccard index, above 0, at most 1.
        start: only pairs of which one index at least is not below this: where few of the sets are asked about.
    """
    # Equal ones are compared once, as a phrase that thousands say makes millions of pairs.
    equal: dict[bytes, list[int]] = {}
    for index, each in enumerate(sets):
        if len(each):
            equal.setdefault(each.tobytes(), []).append(index)
    # Where the last of its copies is not below `start`, a set counts as asked about.
    copies = sorted(equal.values(), key=lambda group: group[-1] >= start)
    asked = sum(group[-1] < start for group in copies)
    distinct = [sets[group[0]] for group in copies]
    for group in copies:
        yield from _apart(((one, other, 1.0) for one in group for other in group if one < other), start)
    if len(distinct) < 2:
        return
    found: Iterable[tuple[int, int]]
    if len(distinct) <= _FEW:
        found = prefixes.alike(distinct, threshold, asked)
    else:
        found = map(tuple, bands.alike(distinct, threshold, asked).tolist())
    for first, second in found:
        score = _jaccard(distinct[first], distinct[second])
        if score >= threshold:
            yield from _apart(((one, other, score) for one in copies[first] for other in copies[second]), start)


def _apart(pairs: Iterable[tuple[int, int, float]], start: int) -> Iterator[tuple[int, int, float]]:
    return ((min(one, other), max(one, other), score) for one, other, score in pairs if max(one, other) >= start)


def _jaccard(one: Shingles, other: Shingles) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
