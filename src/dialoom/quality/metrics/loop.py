"""Whether the text goes round in circles, the way small models degenerate.

The bounds were set on real dialogues: chit-chat almost never says a four-word phrase three times, service dialogues
often do ("would you like to"), yet there such phrases are a small part of the talk.
"""

from __future__ import annotations

import re
from collections import defaultdict

from dialoom.quality._runs import recurring
from dialoom.quality._words import words
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_PHRASE = 4
_LONG_PHRASE = 8
_TIMES = 3
_SHARE = 0.15
_SENTENCE_END = re.compile(r"[.!?…。！？।؟\n]+")
# Where a character stands for a word: a phrase that follows on itself, from four words on twice, below five times.
_STUTTER = re.compile(r"(.{4,40}?)\1|(.{1,3}?)\2{4}", re.DOTALL)


def loop(batch: Batch) -> list[bool]:
    """Whether the dialogue says a phrase over and over, or a turn repeats itself inside.

    Over and over: phrases of at least four words that occur three times or more, without overlap, hold over 15% of all
    words, or one of eight words does so at all. Phrases run across turns, so that "Thank you!" "You're welcome!"
    without end is a loop. Inside a turn: a sentence of four words or more twice, a phrase of four to 40 words twice
    in immediate succession, or a shorter one five times.
    """
    found = [False] * len(batch)
    codes = list(batch.split(batch.codes))
    # Every loop takes four words that come again.
    for one in recurring(batch, _PHRASE, _TIMES, within=batch.word_owner):
        found[one] = _says_over_and_over("".join(codes[one]))
    for turn in recurring(batch, _PHRASE, 2, within=batch.word_turn):
        one = int(batch.turn_owner[turn])
        found[one] = found[one] or _repeats_within(batch.codes[turn], batch.texts[turn])
    return found


def _says_over_and_over(said: str) -> bool:
    held = _recurring(said, _PHRASE)
    return held > _SHARE * len(said) or (held >= _TIMES * _LONG_PHRASE and _recurring(said, _LONG_PHRASE) > 0)


def _repeats_within(codes: str, text: str) -> bool:
    return bool(_STUTTER.search(codes)) or _repeats_sentence(text)


def _recurring(said: str, length: int) -> int:
    """How many of the words lie in phrases of `length` that occur three times or more."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for start in range(len(said) - length + 1):
        starts = found[said[start : start + length]]
        if not starts or starts[-1] + length <= start:
            starts.append(start)
    recurring = [start for starts in found.values() if len(starts) >= _TIMES for start in starts]
    return len({start + step for start in recurring for step in range(length)})


def _repeats_sentence(text: str) -> bool:
    sentences = [tuple(words(sentence)) for sentence in _SENTENCE_END.split(text)]
    whole = [sentence for sentence in sentences if len(sentence) >= _PHRASE]
    return len(set(whole)) < len(whole)


METRIC = Metric("loop", "a phrase is said over and over, or a turn repeats itself inside", "bool", OfBatch(loop))
