"""Comparing a dialogue with what it should be about, by lightly stemmed content words."""

from __future__ import annotations

from functools import lru_cache

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.batch import Batch

# Function words, and the words by which descriptions speak of a talk rather than of its topic.
_STOP_WORD_LIST = """
    a about above after again against all also am an and any are as at be because been before being below
    between both but by can cannot could did do does doing don't down during each few for from further get gets
    getting had has have having he her here hers herself him himself his how i i'm if in into is it it's its
    itself just let let's may me might more most must my myself no nor not of off on once one only or other
    others our ours ourselves out over own same shall she should so some someone something such than that that's
    the their theirs them themselves then there these they this those through to too two under until up upon us
    very want wants was we were what when where which while who whom why will with would yet you your yours
    yourself yourselves ask asking asks conversation dialogue discuss discusses discussing discussion person
    person1 person2 speaker talk talking talks
"""
_STOP_WORDS = frozenset(_STOP_WORD_LIST.split())
_SUFFIXES = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s")
_LEAST_STEM = 3


def is_function_word(word: str) -> bool:
    """Whether it is one of the function words of English, or says only that there is talk."""
    return word in _STOP_WORDS


def topic_text(dialogue: Dialogue) -> str | None:
    """The scenario, or else the field `subtopic`, or else the topic; None where all are empty."""
    for said in (dialogue.scenario, dialogue.fields.get("subtopic"), dialogue.topic):
        if isinstance(said, str) and said.strip():
            return said
    return None


def topics(batch: Batch) -> list[set[str]]:
    """The topic stems of each dialogue."""
    return list(map(topic_stems, batch.dialogues))


def topic_stems(dialogue: Dialogue) -> set[str]:
    """Stems of the content words of the topic's text."""
    return {stem(word) for word in words(topic_text(dialogue) or "") if _is_content(word)}


def _is_content(word: str) -> bool:
    """Whether the word says something; a single character does so outside alphabets only."""
    return word not in _STOP_WORDS and (len(word) > 1 or not word.isascii())


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word without common English endings: crude, yet alike for `booked`, `booking`, `books` and `book`."""
    word = word.removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM and not word.endswith("ss"):
            word = word.removesuffix(suffix)
            break
    if len(word) > _LEAST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word.rstrip("eiy") if len(word) > _LEAST_STEM else word
