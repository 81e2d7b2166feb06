"""Which of some sets may be alike, with none missed: the prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007).

With tokens ordered from rare to common, two sets of a likeness share a token among the first few of each. As corpora
grow, rare tokens have more companions, so that the number of pairs to look at grows faster than the number of sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9  # 0.6 * 5 is a little more than 3


def alike(sets: Sequence[NDArray[np.int64]], threshold: float, start: int = 0) -> Iterator[tuple[int, int]]:
    """Pairs of indices, the lower one first, among which are all of at least that likeness.

    Args:
        sets: token hashes; none empty.
        threshold: a Jaccard index above 0, at most 1.
        start: of each pair one index at least is not below this.
    """
    ranked = _by_rarity(sets)
    index: dict[int, list[int]] = defaultdict(list)
    for one in sorted(range(len(ranked)), key=lambda each: len(ranked[each])):
        tokens = ranked[one]
        size = len(tokens)
        first = tokens[: size - ceil(threshold * size - _ROUNDING) + 1].tolist()
        for other in {other for token in first for other in index.get(token, ())}:
            if len(ranked[other]) >= threshold * size - _ROUNDING and max(one, other) >= start:
                yield min(one, other), max(one, other)
        # Those to come are not smaller, so that with them it has to share more: fewer of its tokens are enough.
        for token in first[: size - ceil(2 * threshold / (1 + threshold) * size - _ROUNDING) + 1]:
            index[token].append(one)


def _by_rarity(sets: Sequence[NDArray[np.int64]]) -> list[NDArray[Any]]:
    """Each set as ranks, ascending, where the rarest token of all has rank 0."""
    _, inverse, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    ends = np.cumsum([len(each) for each in sets])[:-1]
    return [np.sort(part) for part in np.split(rank[inverse], ends)]
