"""Which of many sets may be alike, without comparing all: MinHash in bands (Broder 1997; Indyk and Motwani 1998).

Two sets of Jaccard index J agree in the least value of a random hash with probability J, in `r` of them at once with
J**r, and in at least one of `b` such bands with 1 - (1 - J**r)**b. There are as many bands as it takes to miss one pair
in a million at the threshold itself, and fewer above it. The hashes are fixed, so the same sets give the same pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

_MISSED = 1e-6
_MOST_HASHES = 420
_CHUNK = 200_000  # tokens that are hashed at once: what a processor's cache holds


def alike(sets: Sequence[NDArray[np.int64]], threshold: float, start: int = 0) -> NDArray[np.int64]:
    """Pairs of indices, an (n, 2) array with the lower one first, that hold almost all pairs of at least that likeness.

    Args:
        sets: token hashes; none empty.
        threshold: a Jaccard index above 0, at most 1.
        start: of each pair one index at least is not below this.
    """
    lengths = np.array([len(each) for each in sets], dtype=np.int64)
    tokens = np.concatenate(sets).view(np.uint64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    rows, bands = _shape(threshold)
    chance = np.random.default_rng(0)
    found: list[NDArray[np.int64]] = []
    for _ in range(bands):
        keys = np.zeros(len(sets), dtype=np.uint64)
        for _ in range(rows):
            add, times, mix = chance.integers(1, 2**64, 3, dtype=np.uint64) | np.uint64(1)
            keys = (keys ^ _least(tokens, starts, add, times)) * mix
        found.append(_same(keys, lengths, threshold, start))
        if len(found) > 16:
            found = [np.unique(np.concatenate(found))]
    pairs = np.unique(np.concatenate(found))
    return np.stack(np.divmod(pairs, len(sets)), axis=1)


def _shape(threshold: float) -> tuple[int, int]:
    """How many hashes make a band, and how many bands there are: the longest bands that few enough hashes allow."""
    rows = 1
    while _bands(threshold, rows + 1) * (rows + 1) <= _MOST_HASHES and rows < 16:
        rows += 1
    return rows, _bands(threshold, rows)


def _bands(threshold: float, rows: int) -> int:
    hit = threshold**rows
    return 1 if hit >= 1 else ceil(log(_MISSED) / log(1 - hit))


def _least(
    tokens: NDArray[np.uint64], starts: NDArray[np.int64], add: np.uint64, times: np.uint64
) -> NDArray[np.uint64]:
    """The least hash of each set."""
    least = np.empty(len(starts), dtype=np.uint64)
    first = 0
    while first < len(starts):
        last = max(int(np.searchsorted(starts, starts[first] + _CHUNK)), first + 1)
        end = len(tokens) if last >= len(starts) else int(starts[last])
        hashed = (tokens[starts[first] : end] ^ add) * times
        least[first:last] = np.minimum.reduceat(hashed, starts[first:last] - starts[first])
        first = last
    return least


def _same(keys: NDArray[np.uint64], lengths: NDArray[np.int64], threshold: float, start: int) -> NDArray[np.int64]:
    """The pairs with equal keys whose sizes allow the likeness, each as `lower * len(keys) + higher`."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    sizes = np.diff(np.concatenate([[0], edges, [len(keys)]]))
    offsets = np.concatenate([[0], edges])
    found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    # Groups of one size at once: there are few sizes, and most groups are pairs.
    for size in np.unique(sizes[sizes > 1]).tolist():
        members = order[offsets[sizes == size][:, None] + np.arange(size)]
        for gap in range(1, size):
            one, other = members[:, :-gap].ravel(), members[:, gap:].ravel()
            fits = (
                np.minimum(lengths[one], lengths[other]) >= threshold * np.maximum(lengths[one], lengths[other]) - 1e-9
            )
            fits &= other >= start
            found.append(one[fits] * len(keys) + other[fits])
    return np.concatenate(found)
