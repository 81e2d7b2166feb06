"""What a dialogue cites of the passages that it was made from, and whether they hold it up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from dialoom.dialogue import Dialogue
from dialoom.quality._topic import is_function_word, stem
from dialoom.quality._words import words
from dialoom.quality.batch import Batch, OfBatch

V = TypeVar("V")
# [1], [2, 3] and [1][2]; a range is not a citation.
_CITED = re.compile(r"\[\s*(\d{1,3}(?:\s*,\s*\d{1,3})*)\s*\]")
# A citation may stand behind the full stop and belongs to what is before it.
_INSIDE = r"(?:[^.!?。！？]|(?<=\d)\.(?=\d))"
_SENTENCE = re.compile(rf"{_INSIDE}*[.!?。！？]+(?:\s*\[[\d,\s]+\])*|{_INSIDE}+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What is shorter says nothing that could be looked up: "Yes, of course."
_LEAST_WORDS = 3


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer.

    Attributes:
        text: without its citations.
        cited: the numbers of passages that it names.
    """

    text: str
    cited: tuple[int, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        return _stems(self.text)

    @property
    def numbers(self) -> set[str]:
        return set(_NUMBER.findall(self.text))


def passages(dialogue: Dialogue) -> list[str]:
    """The texts of the field `passages`, each a text or an object with `text`; citations count from 1."""
    held = dialogue.fields.get("passages")
    found = held if isinstance(held, list) else []
    return [str(one.get("text", "")) if isinstance(one, Mapping) else str(one) for one in found]


def where_cited(measure: Callable[[Dialogue], V], none: V) -> OfBatch[V]:
    """A measure of citations over a batch: most dialogues have no bracket, and for them it is `none`."""

    def of(batch: Batch) -> list[V]:
        values = [none] * len(batch)
        for one in batch.holding(["["]):
            values[one] = measure(batch.dialogues[one])
        return values

    return OfBatch(of)


def claims(dialogue: Dialogue) -> Iterator[Claim]:
    """What is stated by everybody but who speaks first, who asks: sentences with content words, questions apart."""
    asking = dialogue.turns[0].speaker if dialogue.turns else ""
    alone = len(dialogue.speakers()) < 2
    for turn in dialogue.turns:
        if turn.speaker == asking and not alone:
            continue
        for match in _SENTENCE.finditer(turn.text):
            sentence = match[0]
            text = " ".join(_CITED.sub(" ", sentence).split())
            cited = tuple(int(number) for mark in _CITED.findall(sentence) for number in mark.split(","))
            claim = Claim(text, cited)
            if cited or (not text.endswith("?") and len(claim.stems) >= _LEAST_WORDS):
                yield claim


def support(claim: Claim, texts: list[str]) -> float | None:
    """The share of a claim's content words, lightly stemmed, that the passages it cites have, 0..1; 0 where it names a
    number that they do not have, and None where it cites a passage that there is not."""
    if any(not 1 <= number <= len(texts) for number in claim.cited):
        return None
    held = " ".join(texts[number - 1] for number in claim.cited)
    if not claim.numbers <= set(_NUMBER.findall(held)):
        return 0.0
    return len(claim.stems & _stems(held)) / len(claim.stems) if claim.stems else 1.0


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if not is_function_word(word))
