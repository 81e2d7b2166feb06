"""Fillers: `um`, `uh`, `you know`, put between words as in speech (Shriberg 1994)."""

from __future__ import annotations

import re
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, words_of

_FILLERS = ("um", "uh", "er", "well", "like", "you know", "hmm")
_FOUND = re.compile(r"\b(u+m+|u+h+|er+m?|hm+|you know,)\b", re.IGNORECASE)


def _make(line: Line, random: Random) -> Line:
    words = words_of(line)
    if not words:
        return line
    at = random.choice(words).start
    return apply(line, [Edit(at, at, random.choice(_FILLERS) + " ")], "disfluency")


NOISE = Noise("a filler between words", _make, lambda text: _FOUND.search(text) is not None)
