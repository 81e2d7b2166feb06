"""How it is written: with case and punctuation, or bare as speech recognition and hasty typing leave it."""

from __future__ import annotations

import re

from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_MARKS = re.compile(r"[.,!?;:。，！？]")


def _tell(utterance: Utterance) -> str:
    text = utterance.text.strip()
    return "written" if text != text.lower() or _MARKS.search(text) else "bare"


FEATURE = Feature(
    name="writing",
    about="written: with capitals or punctuation; bare: with neither",
    values={"written": "with capitals and punctuation", "bare": "all in lower case, without punctuation"},
    make=lambda _: _tell,
)
