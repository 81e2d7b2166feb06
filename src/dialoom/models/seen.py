"""Whether something may have been seen before, in memory that does not grow."""

from __future__ import annotations

# 16 million bits are 2 MiB; of a million names, one in two hundred that was not seen is taken for seen.
_BITS = 24
_MASK = (1 << _BITS) - 1
_SHIFT = 20


class Seen:
    """A Bloom filter (Bloom, 1970) over names that are hexadecimal digits of a hash, 16 or more.

    What it has not seen, it never takes for seen; the other way round it errs now and then, so that a yes has to be
    looked up. Of three bits a name, all are digits of its own: no further hash is needed.
    """

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_BITS - 3))

    def add(self, name: str) -> None:
        """Note a name."""
        bits, number = self._bits, int(name[:16], 16)
        for place in (number & _MASK, number >> _SHIFT & _MASK, number >> 2 * _SHIFT):
            bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, name: str) -> bool:
        bits, number = self._bits, int(name[:16], 16)
        one, two, three = number & _MASK, number >> _SHIFT & _MASK, number >> 2 * _SHIFT
        return bool(
            bits[one >> 3] >> (one & 7) & 1 and bits[two >> 3] >> (two & 7) & 1 and bits[three >> 3] >> (three & 7) & 1
        )
