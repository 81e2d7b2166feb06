"""Where in the talk it comes, and whether it needs what was said before."""

from __future__ import annotations

import re

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_LEANS = re.compile(
    r"^(?:and|but|so|or|then|also|instead|yes|yeah|no|nope|ok|okay|sure|that|those|it|what about|how about)\b"
)


def _tell(utterance: Utterance) -> str:
    if utterance.turn <= 1:
        return "opening"
    text = utterance.text.strip().casefold()
    return "leaning" if _LEANS.match(text) or len(words(text)) <= 3 else "later"


FEATURE = Feature(
    name="context",
    about="opening a talk; later in it; leaning on what was said just before",
    values={
        "opening": "as the first thing said",
        "later": "in the middle of a talk about something else",
        "leaning": "as a short follow-up that needs what was said before",
    },
    make=lambda _: _tell,
)
