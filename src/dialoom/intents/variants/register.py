"""Whether it is said casually or formally."""

from __future__ import annotations

import re

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_CASUAL = re.compile(
    r"\b(?:gonna|wanna|gotta|lemme|gimme|kinda|sorta|dunno|ain't|y'all|yo|hey|yeah|yep|nope|nah|cool|awesome|dude|bro"
    r"|guys?|stuff|thingy?|lol|omg|btw|asap|u|ur|r|thx|pls|plz|cuz|'cause|bucks?|wtf|damn|ya|whats|hows|how come"
    r"|what's up|a bunch|tons? of|crap|screwed|messed up)\b"
)
_FORMAL = re.compile(
    r"\b(?:inquire|enquire|regarding|concerning|furthermore|however|therefore|additionally|request(?:ing)?|require"
    r"|provide|assist(?:ance)?|obtain|purchase|receive|inform|notify|kindly|permit|advise|ensure|commence|prior to"
    r"|in order to|i would like|may i|could you please|shall|whether|upon|pertaining|accordingly|respective)\b"
)


def _tell(utterance: Utterance) -> str:
    text = utterance.text.casefold().replace("’", "'")
    casual, formal = len(_CASUAL.findall(text)), len(_FORMAL.findall(text))
    said = words(text)
    # Long words go with formal speech (Heylighen and Dewaele 2002); contractions with casual one.
    formal += len(said) > 3 and sum(len(word) > 6 for word in said) >= 0.4 * len(said)
    return "casual" if casual > formal else "formal" if formal > casual else "neutral"


FEATURE = Feature(
    name="register",
    about="casual or formal by its words; else neutral",
    values={"casual": "casual, as to a friend", "neutral": "in a neutral tone", "formal": "formal, as in a letter"},
    make=lambda _: _tell,
)
