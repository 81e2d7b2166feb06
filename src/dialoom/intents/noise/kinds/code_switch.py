"""Markers of another language at the edges of a line, as people who live in two languages put them."""

from __future__ import annotations

import re
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply

_BEFORE = ("oye", "bueno", "hola", "por favor", "dis", "salut", "also", "bitte", "arre", "haan")
_AFTER = ("por favor", "gracias", "merci", "s'il te plait", "danke", "bitte", "yaar", "na")
_FOUND = re.compile(
    r"\b(oye|bueno|hola|por favor|gracias|salut|merci|s'il (te|vous) pla[iî]t|danke|bitte|arre|haan|yaar)\b",
    re.IGNORECASE,
)


def _make(line: Line, random: Random) -> Line:
    end = len(line.text.rstrip(".?! "))
    if random.random() < 0.5:
        return apply(line, [Edit(0, 0, random.choice(_BEFORE) + " ")], "code_switch")
    return apply(line, [Edit(end, end, " " + random.choice(_AFTER))], "code_switch")


NOISE = Noise("a word of another language at the edge", _make, lambda text: _FOUND.search(text) is not None)
