"""Whether it asks, tells to do something, or states."""

from __future__ import annotations

import re

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_ASKING_LIST = """
    what what's whats when when's where where's wheres who who's whose which why how how's hows is are am was
    were do does did has have had will would can could should may might shall isn't aren't don't doesn't didn't
"""
_ASKING = frozenset(_ASKING_LIST.split())
# "i want" and the like ask for something to be done as an imperative does.
_WANTING = re.compile(r"\b(?:i(?:'d| would)? (?:want|need|like|wish)|i'd like|let's|let me|please)\b")
_STATING_LIST = """
    i i'm im i've i'd i'll you you're he she it it's its we we're they this that that's there there's my your
    his her our their the a an some someone somebody yes no yeah ok okay thanks thank hi hello sorry
"""
_STATING = frozenset(_STATING_LIST.split())


def _tell(utterance: Utterance) -> str:
    said = words(utterance.text)
    while said and said[0] in ("so", "and", "but", "well", "hey", "um", "uh", "hi", "hello", "ok", "okay", "please"):
        said = said[1:]
    folded = utterance.text.casefold().replace("’", "'")
    if "?" in folded or "？" in folded or (said and said[0] in _ASKING):
        return "question"
    if _WANTING.search(folded) or (said and said[0] not in _STATING):
        return "request"
    return "statement"


FEATURE = Feature(
    name="form",
    about="a question, a request (an imperative or a wish), or a statement",
    values={
        "question": "a question",
        "request": "a request or command",
        "statement": "a statement of what has happened or how things are, from which the wish follows",
    },
    make=lambda _: _tell,
)
