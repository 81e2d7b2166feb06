"""Choosing dialogues that stand for all, or that differ most from each other.

By meaning it is facility location: the chosen set is the one to which every dialogue is most like some member. Greedy
choice reaches 1 - 1/e of the best such set (Nemhauser, Wolsey and Fisher 1978); gains only ever shrink, so most need
not be computed again (Minoux 1978); for choosing training data see Lin and Bilmes 2011 and Wei, Iyer and Bilmes 2015.
By words it is farthest-first traversal, which is within a factor of two of the best k-center (Gonzalez 1985; Sener and
Savarese 2018 for training data), as facility location would compare all pairs of texts.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

# Rows of a block of similarities: 256 by 100,000 texts are 100 MB.
_BLOCK = 256
# Gains computed anew at a time.
_TOGETHER = 32


class Choice(NamedTuple):
    """The chosen, in the order they were chosen, and for every text the chosen one most like it with the likeness."""

    chosen: list[int]
    nearest: list[tuple[int, float]]


def facility_location(vectors: Vectors, keep: int) -> Choice:
    """Choose `keep` rows to which all rows are as like as can be; likeness is the cosine, negative ones count as 0.

    Args:
        vectors: one a row, of length 1. Of rows that are worth the same, the first is taken.

    Memory is that of the vectors; time grows with rows times rows once, then with rows times chosen.
    """
    import numpy as np

    rows = len(vectors)
    covered = np.zeros(rows, dtype=np.float32)
    nearest = np.zeros(rows, dtype=np.int64)
    ones = np.ones(rows, dtype=np.float32)
    # What each row would add, as it was when last computed: an upper bound, since gains only shrink.
    gains = [(-gain, row) for row, gain in enumerate(_first_gains(vectors))]
    heapq.heapify(gains)
    chosen: list[int] = []
    while gains and len(chosen) < keep:
        # Several at a time: one matrix product takes little longer than one row of it.
        rows_now = [heapq.heappop(gains)[1] for _ in range(min(_TOGETHER, len(gains)))]
        likeness = vectors[rows_now] @ vectors.T
        more = likeness - covered
        fresh = np.maximum(more, 0, out=more) @ ones
        found = sorted(
            (-float(gain), row, place) for place, (gain, row) in enumerate(zip(fresh, rows_now, strict=True))
        )
        best, row, place = found[0]
        settled = not gains or (best, row) < gains[0]
        for gain, other, _ in found[settled:]:
            heapq.heappush(gains, (gain, other))
        if settled:
            better = likeness[place] > covered if chosen else np.ones(rows, dtype=bool)
            nearest[better] = row
            covered = np.maximum(covered, likeness[place])
            chosen.append(row)
    # A chosen row is most like itself, and not like an earlier one that says the same.
    nearest[chosen] = chosen
    return Choice(chosen, [(int(one), float(much)) for one, much in zip(nearest, covered, strict=True)])


def _first_gains(vectors: Vectors) -> list[float]:
    import numpy as np

    found: list[float] = []
    for start in range(0, len(vectors), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ vectors.T
        found += (np.maximum(likeness, 0, out=likeness) @ np.ones(len(vectors), dtype=np.float32)).tolist()
    return found


def farthest_first(count: int, keep: int, likeness: Callable[[int], Sequence[float]]) -> Choice:
    """Choose `keep` of `count` texts, each the one that is least like all chosen before; the first is text 0.

    Args:
        likeness: of one text to all, 0..1. Of texts that are equally far, the first is taken.
    """
    import numpy as np

    nearest = np.zeros(count, dtype=np.int64)
    covered = np.full(count, -1.0)
    chosen: list[int] = []
    while len(chosen) < min(keep, count):
        row = int(np.argmin(covered))
        chosen.append(row)
        like = np.asarray(likeness(row), dtype=np.float64)
        nearest[like > covered] = row
        covered = np.maximum(covered, like)
        # A chosen one is not chosen again, were it without a word.
        covered[chosen] = 2.0
        nearest[chosen] = chosen
    return Choice(chosen, [(int(one), min(1.0, float(much))) for one, much in zip(nearest, covered, strict=True)])


def words_alike(texts: Sequence[str]) -> Callable[[int], Sequence[float]]:
    """ROUGE-L F1 of one of the texts to all of them."""
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    from dialoom.quality._words import pieces

    split = [pieces(text) for text in texts]

    def likeness(row: int) -> Sequence[float]:
        found: Sequence[float] = process.cdist([split[row]], split, scorer=Indel.normalized_similarity)[0]
        return found

    return likeness
