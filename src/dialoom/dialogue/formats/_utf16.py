"""Offsets in UTF-16 code units, in which a character beyond the basic plane counts two, and those in characters."""

from __future__ import annotations

from itertools import accumulate


class Utf16:
    """The offsets of one text.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        self._units = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
        self._characters = {unit: index for index, unit in enumerate(self._units)}

    def unit(self, character: int) -> int:
        """The offset in code units of a character's offset."""
        return self._units[character]

    def character(self, unit: int) -> int | None:
        """The offset in characters of an offset in code units; None beyond the text and inside a character."""
        return self._characters.get(unit)
