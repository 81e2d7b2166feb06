"""Likeness of texts, and refusing texts that are too like earlier ones."""

from __future__ import annotations

from typing import NamedTuple

from dialoom.errors import DialoomError
from dialoom.quality._words import pieces


def rouge_l(a: str, b: str) -> float:
    """ROUGE-L F1 of two texts, 0..1 (Lin 2004): twice their longest common subsequence of words over all their words.

    On ASCII text it is `rougeL` of the rouge-score package without stemming; other scripts, whose words that package
    drops, count too. Texts without words have nothing in common: 0.0.
    """
    from rapidfuzz.distance import Indel

    one, other = pieces(a), pieces(b)
    return Indel.normalized_similarity(one, other) if one and other else 0.0


class Near(NamedTuple):
    """An earlier text and its ROUGE-L F1 to the one asked about."""

    score: float
    other: str


class NearDuplicates:
    """Texts that differ from each other: each is compared with all before it, as in Self-Instruct (Wang et al. 2023).

    Args:
        threshold: ROUGE-L F1 from which on a text is too like an earlier one; above 0, at most 1.
    """

    def __init__(self, threshold: float) -> None:
        if not 0 < threshold <= 1:
            raise DialoomError(
                f"a near-duplicate threshold of {threshold} is out of range",
                remedy="give a ROUGE-L F1 above 0, at most 1",
            )
        self.threshold = threshold
        self._texts: list[str] = []
        self._words: list[list[str]] = []

    def __len__(self) -> int:
        return len(self._texts)

    def nearest(self, text: str) -> Near | None:
        """The kept text most like `text`, the earliest of equals; None while nothing is kept."""
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        found = process.extractOne(pieces(text), self._words, scorer=Indel.normalized_similarity)
        return Near(found[1], self._texts[found[2]]) if found else None

    def add(self, text: str) -> Near | None:
        """Keeps `text` and returns None, or refuses it and returns the kept text that it is too like.

        Texts without words are alike.
        """
        near = self.nearest(text)
        if near and near.score >= self.threshold:
            return near
        self._texts.append(text)
        self._words.append(pieces(text))
        return None
