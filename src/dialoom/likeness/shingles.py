"""What a text consists of, for telling how like another one it is: its word pairs."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dialoom.dialogue.words import words

Shingles = NDArray[np.int64]
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


def jaccard(one: Shingles, other: Shingles) -> float:
    """What two sets have in common, of all that they hold, 0..1; neither is empty."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
