"""Whether words are misspelt, by what the rest of the data writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance
from dialoom.intents.variants._feature import Feature, Tell

_USUAL = 20
_LEAST = 5


def typos(utterances: Sequence[Utterance]) -> set[str]:
    """Words that came once or twice and are one edit from a word that came often and starts alike.

    No dictionary is needed, so it works in any language; plurals and other endings are no typos. A proxy: rare names
    can look like one.
    """
    from rapidfuzz.distance import OSA

    counts = Counter(word for row in utterances for word in words(row.text))
    usual: dict[tuple[str, int], list[str]] = {}
    for word, number in counts.items():
        if number >= _USUAL and len(word) >= _LEAST:
            usual.setdefault((word[0], len(word)), []).append(word)
    found = set()
    for word, number in counts.items():
        if number > 2 or len(word) < _LEAST or not word.isalpha():
            continue
        near = (each for size in (-1, 0, 1) for each in usual.get((word[0], len(word) + size), ()))
        if any(OSA.distance(word, each, score_cutoff=1) == 1 and not _inflected(word, each) for each in near):
            found.add(word)
    return found


def _inflected(word: str, other: str) -> bool:
    """Whether only the ends differ, as those of `card` and `cards` or `booked` and `books` do."""
    return word[:-1] == other or other[:-1] == word or word[:-1] == other[:-1]


def _make(utterances: Sequence[Utterance]) -> Tell:
    wrong = typos(utterances)
    return lambda utterance: "misspelt" if wrong & set(words(utterance.text)) else "clean"


FEATURE = Feature(
    name="spelling",
    about="misspelt: a word that is one edit from a frequent one of the data; else clean",
    values={"clean": "spelt correctly", "misspelt": "with a typing error"},
    make=_make,
)
