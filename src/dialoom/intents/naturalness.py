"""How much a line reads like real ones: word pairs, measured against what real lines show of themselves."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

_FOLDS = 5
_BACK = 0.4


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Stupid backoff over pairs of words (Brants et al. 2007)."""

    words: Counter[str]
    pairs: Counter[tuple[str, str]]
    total: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Pairs:
        words: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for text in texts:
            line = _line(text)
            words.update(line)
            pairs.update(itertools.pairwise(line))
        return cls(words, pairs, sum(words.values()))

    def bits(self, text: str) -> float:
        """Log2 score a word."""
        line = _line(text)
        score = 0.0
        for before, word in itertools.pairwise(line):
            if self.pairs[before, word]:
                score += log2(self.pairs[before, word] / self.words[before])
            else:
                score += log2(_BACK * (self.words[word] + 0.5) / (self.total + 1))
        return score / (len(line) - 1)


@dataclass(frozen=True, slots=True)
class Naturalness:
    """What share of real lines reads no better than a text, 0..1: 0.5 is a middling real line."""

    pairs: _Pairs
    own: tuple[float, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Naturalness:
        """Learned from real lines; each of them is measured by a model of the others (five folds)."""
        own: list[float] = []
        for fold in range(min(_FOLDS, len(texts))):
            rest = [text for number, text in enumerate(texts) if number % _FOLDS != fold]
            if rest:
                model = _Pairs.of(rest)
                own += [model.bits(text) for text in texts[fold::_FOLDS]]
        return cls(_Pairs.of(texts), tuple(sorted(own)))

    def __call__(self, text: str) -> float:
        return bisect_left(self.own, self.pairs.bits(text)) / len(self.own) if self.own else 0.0


def _line(text: str) -> list[str]:
    return ["<s>", *text.lower().rstrip(".?! ").split(), "</s>"]
