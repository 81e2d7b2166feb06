"""Whether the text goes round in circles, the way small models degenerate.

The bounds were set on real dialogues: chit-chat almost never says a four-word phrase three times, service dialogues
often do ("would you like to"), yet there such phrases are a small part of the talk.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric

_PHRASE = 4
_LONG_PHRASE = 8
_TIMES = 3
_SHARE = 0.15
_STUTTERS = 5
_LONGEST_PERIOD = 40
_SENTENCE_END = re.compile(r"[.!?…。！？।؟\n]+")


def loop(dialogue: Dialogue) -> bool:
    """Whether the dialogue says a phrase over and over, or a turn repeats itself inside.

    Over and over: phrases of at least four words that occur three times or more, without overlap, hold over 15% of all
    words, or one of eight words does so at all. Phrases run across turns, so that "Thank you!" "You're welcome!"
    without end is a loop. Inside a turn: a sentence of four words or more twice, a phrase of four words or more twice
    in immediate succession, or a shorter one five times.
    """
    turns = [words(turn.text) for turn in dialogue.turns]
    tokens = [token for turn in turns for token in turn]
    if _recurring(tokens, _PHRASE) > _SHARE * len(tokens) or _recurring(tokens, _LONG_PHRASE):
        return True
    return any(map(_stutters, turns)) or any(_repeats_sentence(turn.text) for turn in dialogue.turns)


def _recurring(tokens: Sequence[str], length: int) -> int:
    """How many of the tokens lie in phrases of `length` that occur three times or more."""
    found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for start in range(len(tokens) - length + 1):
        starts = found[tuple(tokens[start : start + length])]
        if not starts or starts[-1] + length <= start:
            starts.append(start)
    recurring = [start for starts in found.values() if len(starts) >= _TIMES for start in starts]
    return len({start + step for start in recurring for step in range(length)})


def _stutters(tokens: Sequence[str]) -> bool:
    """Whether a phrase follows on itself: twice from four words on, five times below."""
    for period in range(1, min(len(tokens) // 2, _LONGEST_PERIOD) + 1):
        needed = period if period >= _PHRASE else period * (_STUTTERS - 1)
        run = 0
        for before, after in zip(tokens, tokens[period:], strict=False):
            run = run + 1 if before == after else 0
            if run >= needed:
                return True
    return False


def _repeats_sentence(text: str) -> bool:
    sentences = [tuple(words(sentence)) for sentence in _SENTENCE_END.split(text)]
    whole = [sentence for sentence in sentences if len(sentence) >= _PHRASE]
    return len(set(whole)) < len(whole)


METRIC = Metric("loop", "a phrase is said over and over, or a turn repeats itself inside", "bool", loop)
