"""Taking each of many things once, in an order of chance, without a list of what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

_ROUNDS = 6


def permuted(index: int, size: int, seed: object) -> int:
    """Where `index` comes to in an order of `size` things; another index comes to another place.

    A Feistel network over the next power of four, walked until it comes back below `size` (Black and Rogaway, "Ciphers
    with arbitrary finite domains", 2002). It needs no more than the index, so that a record's draw depends on nothing
    that was drawn for others.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    while True:
        left, right = index >> half, index & mask
        for turn in range(_ROUNDS):
            data = blake2b(f"{seed}\x1f{turn}\x1f{right}".encode(), digest_size=8).digest()
            left, right = right, left ^ (int.from_bytes(data, "big") & mask)
        index = (left << half) | right
        if index < size:
            return index


def as_one(position: Sequence[int]) -> int:
    """A number for a position that no other has: of a seed its own, of its children by Szudzik's pairing."""
    first, *rest = position or (0,)
    number = first
    for step in rest:
        number = number * number + number + step if number >= step else step * step + number
    return number
