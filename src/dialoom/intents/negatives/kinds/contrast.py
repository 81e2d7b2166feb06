"""Contrast pairs: a line of the intent, changed as little as makes another intent of it (Gardner et al. 2020)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.negatives._kind import Negative
from dialoom.intents.noise.edit import Edit, apply, words_of

_TELLING = 0.6
_FEWEST = 3


def _make(ground: Ground, random: Random) -> Iterator[Line]:
    """One word is replaced by a word that tells another intent: one that real lines use in it alone, nearly. The pair
    is the line and `of`."""
    own = {word for line in ground.examples for word in line.text.lower().split()}
    telling = _telling(ground, own)
    if not telling:
        return
    places = [(line, word) for line in ground.examples for word in words_of(line) if _tells(word.text, ground)]
    while places:
        line, word = random.choice(places)
        put, intent = random.choice(telling)
        made = apply(line, [Edit(word.start, word.end, put)], "contrast")
        if made is not line:
            slots = tuple(slot for slot in made.slots if slot.start is not None)
            yield Line(made.text, intent, slots, "negative:contrast", of=(line.text,), changes=made.changes)


def _telling(ground: Ground, own: set[str]) -> list[tuple[str, str]]:
    """(word, intent) for words of which the most uses are in that one intent."""
    by_word: dict[str, Counter[str]] = {}
    for intent, lines in ground.others.items():
        for line in lines:
            for word in set(line.text.lower().split()):
                by_word.setdefault(word, Counter())[intent] += 1
    found = []
    for word in sorted(by_word):
        (intent, most), *_ = by_word[word].most_common(1)
        if most >= _FEWEST and most / by_word[word].total() >= _TELLING and word.isalpha() and word not in own:
            found.append((word, intent))
    return found


def _tells(word: str, ground: Ground) -> bool:
    """Whether a word of an example says what is wanted: the intent's name has it, or several examples do."""
    word = word.lower()
    shared = sum(word in line.text.lower().split() for line in ground.examples)
    common = sum(word in line.text.lower().split() for lines in ground.others.values() for line in lines)
    total = sum(len(lines) for lines in ground.others.values())
    return word in ground.name.split() or (shared > 1 and common < 0.02 * total)


NEGATIVE = Negative("a line of it, changed as little as makes another intent of it", _make)
