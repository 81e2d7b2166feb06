"""Whether it is said politely."""

from __future__ import annotations

import re

from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

# Strategies of Danescu-Niculescu-Mizil et al. 2013 that words show: please, gratitude, apology, indirection, deference.
_POLITE = re.compile(
    r"\b(?:please|pls|plz|thanks?|thank you|sorry|excuse me|pardon|appreciate|kindly|grateful"
    r"|(?:could|would|can|might) you|may (?:i|we)|would it be|if (?:possible|you could|you don't mind)|do you mind)\b"
)


def _tell(utterance: Utterance) -> str:
    return "polite" if _POLITE.search(utterance.text.casefold().replace("’", "'")) else "plain"


FEATURE = Feature(
    name="politeness",
    about="polite: please, thanks, apologies, `could you`; else plain",
    values={"plain": "said plainly, without politeness", "polite": "said politely"},
    make=lambda _: _tell,
)
