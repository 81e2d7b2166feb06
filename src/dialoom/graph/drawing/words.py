"""How wide a text is, roughly, in the fonts that a picture names: widths of Helvetica, which its likes share."""

from __future__ import annotations

_NARROW = dict.fromkeys("ijl'|", 0.24) | dict.fromkeys("ft.,:;!/\\ I()[]{}-`r", 0.31) | dict.fromkeys('"*°^', 0.37)
_WIDE = dict.fromkeys("mMW@%", 0.87) | dict.fromkeys("wGOQ", 0.75) | dict.fromkeys("CDHNRUABEKPSVXY&…→", 0.69)
_USUAL, _EAST = 0.56, 1.0


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels."""
    units = sum(_EAST if ord(c) > 0x2E80 else _NARROW.get(c) or _WIDE.get(c) or _USUAL for c in text)
    return units * size * (1.06 if bold else 1.0)
