"""Whose matter it is."""

from __future__ import annotations

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature

_FIRST_LIST = """
    i i'm im i've ive i'd i'll me my mine myself we we're we've us our ours
"""
_FIRST = frozenset(_FIRST_LIST.split())
_SECOND_LIST = """
    you you're youre your yours yourself u ur
"""
_SECOND = frozenset(_SECOND_LIST.split())
_THIRD_LIST = """
    he she his her him hers they them their someone somebody wife husband son daughter mother father
"""
_THIRD = frozenset(_THIRD_LIST.split())


def _tell(utterance: Utterance) -> str:
    said = set(words(utterance.text))
    return "first" if said & _FIRST else "third" if said & _THIRD else "second" if said & _SECOND else "nobody"


FEATURE = Feature(
    name="person",
    about="pronouns: first person, third, second, or nobody's",
    values={
        "first": "speaking of oneself (I, my)",
        "third": "speaking for somebody else (my mother, he, they)",
        "second": "addressing the listener (you, your)",
        "nobody": "without pronouns",
    },
    make=lambda _: _tell,
)
