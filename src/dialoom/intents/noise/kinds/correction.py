"""Self-corrections: a word is begun wrongly, taken back, and said right (reparandum, interregnum, repair)."""

from __future__ import annotations

import re
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, words_of

_TAKEN_BACK = ("no wait", "i mean", "sorry", "no,", "er no")
_FOUND = re.compile(r"\b(no wait|i mean|wait no|sorry,? i meant?|make that|scratch that)\b", re.IGNORECASE)


def _make(line: Line, random: Random) -> Line:
    """What is said wrongly is another word of the same line, so that no new content comes in; a value is never it:
    a corrected value would be a second, false one."""
    words = [word for word in words_of(line) if not word.held]
    right = [word for word in words if len(word.text) > 2]
    if len(right) < 2:
        return line
    word = random.choice(right[1:])
    wrong = random.choice([each for each in right if each != word])
    put = f"{wrong.text} {random.choice(_TAKEN_BACK)} "
    return apply(line, [Edit(word.start, word.start, put)], "correction")


NOISE = Noise("a word said wrongly and taken back", _make, lambda text: _FOUND.search(text) is not None)
