"""Near-duplicates by the words they share, among very many texts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from dialoom.errors import DialoomError
from dialoom.quality._words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Shingles = NDArray[np.uint64]

_HASHES = 128
_SEED = 20_241
_RECALL = 0.9
_NEAR = 0.4


class Duplicate(NamedTuple):
    """What a text is a near-duplicate of, and how like it it is, 0..1."""

    id: str
    likeness: float


class NearIndex:
    """Near-duplicates by the Jaccard index of their word pairs: MinHash finds who may be, counting decides.

    Broder 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3. A pair at the
    threshold is found with a probability of 0.9 at least, a more like one nearly always; none is found that is less
    like. The index holds some 2 kB for a dialogue of 130 words. Threads may ask it side by side.

    Args:
        texts: id and text of each; ids are unique.
        threshold: the least Jaccard index, above 0, at most 1.

    Raises:
        DialoomError: for a threshold out of range, or an id that is there twice.
    """

    def __init__(self, texts: Iterable[tuple[str, str]], threshold: float = _NEAR) -> None:
        import numpy as np

        if not 0 < threshold <= 1:
            raise DialoomError(
                f"a near-duplicate threshold of {threshold} is out of range", remedy="give one above 0, at most 1"
            )
        self.threshold = threshold
        self._rows = _rows(threshold)
        draw = np.random.default_rng(_SEED)
        self._factors = draw.integers(1, 1 << 63, size=(_HASHES, 1), dtype=np.uint64) | np.uint64(1)
        self._shifts = draw.integers(0, 1 << 63, size=(_HASHES, 1), dtype=np.uint64)
        self._places: dict[str, int] = {}
        self._shingles: list[Shingles] = []
        keys: list[Shingles] = []
        for id, text in texts:
            if id in self._places:
                raise DialoomError(f"the id '{id}' is there twice", remedy="give each dialogue an id of its own")
            self._places[id] = len(self._places)
            self._shingles.append(_shingles(text))
            keys.append(self._bands(self._shingles[-1]))
        self._ids = list(self._places)
        table = np.array(keys, dtype=np.uint64).reshape(len(keys), _HASHES // self._rows).T
        self._order = np.argsort(table, axis=1, kind="stable").astype(np.uint32)
        self._keys = np.take_along_axis(table, self._order.astype(np.int64), axis=1)

    def __len__(self) -> int:
        return len(self._ids)

    def near_duplicate_of(self, id: str, text: str) -> Duplicate | None:
        """The text most like this one, the smallest id of equals; None where none is like enough.

        Of two near-duplicates in the index, the one with the smaller id is the original: a text whose id is in the
        index is compared with those of smaller ids. Any other text (of another version, say) is compared with all.
        """
        import numpy as np

        own = _shingles(text)
        within = id in self._places
        best: tuple[float, str] | None = None
        for place in self._candidates(self._bands(own)) if len(own) else ():
            other = self._ids[place]
            if within and other >= id:
                continue
            both = len(np.intersect1d(own, self._shingles[place], assume_unique=True))
            score = both / (len(own) + len(self._shingles[place]) - both)
            if score >= self.threshold and (best is None or (-score, other) < (-best[0], best[1])):
                best = (score, other)
        return Duplicate(best[1], best[0]) if best else None

    def _bands(self, own: Shingles) -> Shingles:
        """A hash for each band of the signature; texts that share one are candidates."""
        import numpy as np

        if not len(own):
            return np.zeros(_HASHES // self._rows, dtype=np.uint64)
        signature = ((own[None, :] * self._factors + self._shifts) >> np.uint64(16)).min(axis=1)
        used = signature[: _HASHES // self._rows * self._rows].reshape(-1, self._rows)
        keys: Shingles = used[:, 0]
        for row in range(1, self._rows):
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + used[:, row]
        return keys

    def _candidates(self, bands: Shingles) -> set[int]:
        import numpy as np

        found: set[int] = set()
        for keys, order, band in zip(self._keys, self._order, bands, strict=True):
            start, end = np.searchsorted(keys, band, "left"), np.searchsorted(keys, band, "right")
            found.update(order[start:end].tolist())
        return found


def _rows(threshold: float) -> int:
    """The most rows a band with which a pair at the threshold is found as surely as promised."""
    fitting = (rows for rows in range(16, 0, -1) if 1 - (1 - threshold**rows) ** (_HASHES // rows) >= _RECALL)
    return next(fitting, 1)


def _shingles(text: str) -> Shingles:
    """Hashes of the word pairs of a text, its start and end taken as words, each once and sorted."""
    import numpy as np

    said = words(text)
    pairs = {f"{one} {other}" for one, other in pairwise(["^", *said, "$"])} if said else set()
    hashes = [crc32(pair.encode("utf-8", "surrogatepass")) for pair in pairs]
    # Spread over 64 bits, since multiplying the bare numbers would leave like ones alike.
    spread = np.array(hashes, dtype=np.uint64) * np.uint64(0xFF51AFD7ED558CCD)
    return np.unique(spread ^ (spread >> np.uint64(33)))
