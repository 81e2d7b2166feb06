"""How much a line reads like real ones: word pairs, measured against what real lines show of themselves."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
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
    def of(cls, lines: Mapping[str, Sequence[str]]) -> Naturalness:
        """Learned from real lines by intent. Each is measured by a model that saw no line of its intent (five folds),
        as lines of a rare intent bring words that the others lack."""
        intents = sorted(lines)
        own: list[float] = []
        for fold in range(min(_FOLDS, len(intents))):
            held = set(intents[fold::_FOLDS])
            model = _Pairs.of([text for intent in intents if intent not in held for text in lines[intent]])
            if model.total:
                own += [model.bits(text) for intent in sorted(held) for text in lines[intent]]
        return cls(_Pairs.of([text for intent in intents for text in lines[intent]]), tuple(sorted(own)))

    def __call__(self, text: str) -> float:
        return bisect_left(self.own, self.pairs.bits(text)) / len(self.own) if self.own else 0.0


def _line(text: str) -> list[str]:
    return ["<s>", *text.lower().rstrip(".?! ").split(), "</s>"]
