"""How long it is."""

from __future__ import annotations

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_SHORT, _LONG = 5, 12


def _tell(utterance: Utterance) -> str:
    number = len(words(utterance.text))
    return "short" if number <= _SHORT else "medium" if number <= _LONG else "long"


FEATURE = Feature(
    name="length",
    about=f"words: short to {_SHORT}, medium to {_LONG}, long beyond",
    values={
        "short": f"at most {_SHORT} words",
        "medium": f"{_SHORT + 1} to {_LONG} words",
        "long": f"more than {_LONG} words, with a reason or circumstances",
    },
    make=lambda _: _tell,
)
