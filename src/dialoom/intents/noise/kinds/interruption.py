"""Interruptions: the speaker breaks off for someone else, and goes on."""

from __future__ import annotations

import re
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, words_of

_ASIDES = (
    "-- hold on -- ",
    "-- one second -- ",
    "-- wait -- ",
    "... sorry, someone at the door ... ",
    "-- hang on -- ",
)
_FOUND = re.compile(r"(--|\.\.\.|\bhold on\b|\bone sec(ond)?\b|\bhang on\b)", re.IGNORECASE)


def _make(line: Line, random: Random) -> Line:
    words = words_of(line)
    if len(words) < 3:
        return line
    at = random.choice(words[1:]).start
    return apply(line, [Edit(at, at, random.choice(_ASIDES))], "interruption")


NOISE = Noise("the speaker breaks off and goes on", _make, lambda text: _FOUND.search(text) is not None)
