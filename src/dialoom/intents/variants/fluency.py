"""Whether it is said fluently."""

from __future__ import annotations

import re

from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

# Filled pauses, words said twice, self-corrections and trailing off (Shriberg 1994).
_HALTING = re.compile(
    r"\b(?:u+h+m*|u+m+|e+r+m*|h+m+|you know|i mean|well|actually|oh|wait|no wait|it's (?:sort|kind) of|let me see)\b"
    r"|\b(?!(?:very|bye|ha|no|yes|so|really|had|that)\b)(\w+),? \1\b|\.\.\.|…|--|—"
)


def _tell(utterance: Utterance) -> str:
    return "halting" if _HALTING.search(utterance.text.casefold()) else "fluent"


FEATURE = Feature(
    name="fluency",
    about="halting: fillers, words said twice, self-corrections, trailing off; else fluent",
    values={"fluent": "fluent", "halting": "with a filler, a repetition or a self-correction"},
    make=lambda _: _tell,
)
