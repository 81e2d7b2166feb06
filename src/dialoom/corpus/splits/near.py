"""Near-duplicate texts among many, exactly: every pair whose Jaccard index reaches a threshold is found.

The prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007): with tokens ordered from rare to common, two sets of
that likeness share a token among the first few of each, so that only few pairs are compared. Unlike MinHash it misses
nothing and draws nothing at random.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialoom.dialogue.words import words

Shingles = NDArray[np.int64]
_ROUNDING = 1e-9  # 0.6 * 5 is a little more than 3


def shingles(text: str) -> Shingles:
    """The word pairs of a text, its start and end taken as words, as sorted hashes without repeats."""
    said = words(text)
    found = {hash(pair) for pair in pairwise(["^", *said, "$"])} if said else set()
    return np.array(sorted(found), dtype=np.int64)


def near_pairs(sets: Sequence[Shingles], threshold: float) -> Iterator[tuple[int, int, float]]:
    """(index, index, Jaccard index) of every pair of non-empty sets that are at least so alike.

    Args:
        sets: what each text consists of.
        threshold: the least Jaccard index, above 0, at most 1.
    """
    ranked = _by_rarity(sets)
    index: dict[int, list[int]] = defaultdict(list)
    own = np.zeros(1 + max((int(tokens[-1]) for tokens in ranked if len(tokens)), default=0), dtype=np.bool_)
    for one in sorted(range(len(ranked)), key=lambda each: len(ranked[each])):
        tokens = ranked[one]
        size = len(tokens)
        first = tokens[: size - ceil(threshold * size - _ROUNDING) + 1].tolist()
        candidates = {other for token in first for other in index.get(token, ())}
        own[tokens] = True
        for other in candidates:
            most = len(ranked[other])
            if most >= threshold * size - _ROUNDING:
                both = int(np.count_nonzero(own[ranked[other]]))
                score = both / (size + most - both)
                if score >= threshold:
                    yield min(one, other), max(one, other), score
        own[tokens] = False
        # Those to come are not smaller, so that with them it has to share more: fewer of its tokens are enough.
        for token in first[: size - ceil(2 * threshold / (1 + threshold) * size - _ROUNDING) + 1]:
            index[token].append(one)


def _by_rarity(sets: Sequence[Shingles]) -> list[NDArray[Any]]:
    """Each set as ranks, ascending, where the rarest token of all has rank 0."""
    if not any(map(len, sets)):
        return [np.array([], dtype=np.int64) for _ in sets]
    _, inverse, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    ends = np.cumsum([len(each) for each in sets])[:-1]
    return [np.sort(part) for part in np.split(rank[inverse], ends)]
