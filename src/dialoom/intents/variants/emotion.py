"""How strongly it is felt."""

from __future__ import annotations

import re

from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_STRONG = re.compile(
    r"\b(?:urgent(?:ly)?|emergency|immediately|right now|asap|hurry|help|hate|love|angry|furious|mad|upset|scared"
    r"|afraid|worried|worry|terrible|horrible|awful|ridiculous|unacceptable|disgusting|desperate(?:ly)?"
    r"|panic(?:king)?"
    r"|stolen|fraud|never|worst|damn|hell|wtf|omg|seriously|unbelievable|frustrat\w+|annoy\w+|disappoint\w+"
    r"|sick of|fed up|amazing|wonderful|fantastic|excited|thrilled|so (?:happy|glad|sorry|sad)|very|really"
    r"|extremely|absolutely)\b"
)
_CAPITALS = re.compile(r"\b[A-Z]{4,}\b(?=.*\b[A-Z]{2,}\b)")


def _tell(utterance: Utterance) -> str:
    text = utterance.text
    found = len(_STRONG.findall(text.casefold())) + text.count("!") + 2 * bool(_CAPITALS.search(text))
    return "calm" if not found else "raised" if found == 1 else "strong"


FEATURE = Feature(
    name="emotion",
    about="intensity by words of feeling and urgency, exclamation marks and capitals",
    values={
        "calm": "calm",
        "raised": "a little worried, pleased or pressed",
        "strong": "very upset, urgent or excited",
    },
    make=lambda _: _tell,
)
