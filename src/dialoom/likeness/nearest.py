"""The vector nearest to each of many, a block at a time: memory does not grow with the square of their number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_BLOCK = 2_048


def nearest(vectors: Vectors, known: Vectors, *, itself: NDArray[np.intp] | None = None) -> Iterator[tuple[float, int]]:
    """For each vector the highest cosine to a known one, and that one's index, the first of equals.

    Args:
        vectors, known: one a row, of length 1; at least one is known.
        itself: which of the known ones each vector is, and is not compared with.
    """
    for start in range(0, len(vectors), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ known.T
        if itself is not None:
            part = itself[start : start + _BLOCK]
            likeness[np.arange(len(part)), part] = -1
        yield from _highest(likeness)


def nearest_before(vectors: Vectors) -> Iterator[tuple[float, int]]:
    """For each vector the highest cosine to one before it, and that one's index, the first of equals; -1 and -1 for the
    first vector."""
    for start in range(0, len(vectors), _BLOCK):
        end = min(start + _BLOCK, len(vectors))
        likeness = vectors[start:end] @ vectors[:end].T
        later = np.arange(end)[None, :] >= np.arange(start, end)[:, None]
        likeness[later] = -2
        for place, (score, other) in enumerate(_highest(likeness), start):
            yield (score, other) if place else (-1.0, -1)


def _highest(likeness: NDArray[np.float32]) -> Iterator[tuple[float, int]]:
    best = likeness.argmax(axis=1)
    yield from zip(likeness[np.arange(len(best)), best].tolist(), best.tolist(), strict=True)
