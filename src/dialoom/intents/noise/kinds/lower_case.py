"""Everything in small letters, and no mark at the end."""

from __future__ import annotations

from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, recase

_END = ".?!"


def _make(line: Line, random: Random) -> Line:
    kept = len(line.text.rstrip(_END + " "))
    bare = apply(line, [Edit(kept, len(line.text), "")], "lower_case") if kept < len(line.text) else line
    return recase(bare, str.lower, "lower_case")


def _found(text: str) -> bool:
    return any(c.isalpha() for c in text) and text == text.lower() and text[-1:] not in _END


NOISE = Noise("small letters throughout, no mark at the end", _make, _found)
