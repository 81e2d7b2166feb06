"""Views of what a line means: classifiers that learned from real lines alone."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialoom.intents.classifier import Fitted, LogisticClassifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

    Numbers = NDArray[np.float64]


# Learns from (texts, intents), both of one length. All intents count as equally frequent, or a rare one would never be
# likely.
Learn = Callable[[Sequence[str], Sequence[str]], Fitted]

_SHARPNESS = 20.0


@dataclass(frozen=True, slots=True)
class CentroidView:
    """Nearest mean of embeddings: no optimisation, so it is quick with hundreds of intents."""

    embed: Embed
    names: list[str]
    centres: NDArray[np.float32]

    @classmethod
    def learn(cls, embed: Embed) -> Learn:
        """Learning with this embedding (vectors of length 1, one a row)."""

        def learn(texts: Sequence[str], intents: Sequence[str]) -> Fitted:
            import numpy as np

            names = sorted(set(intents))
            vectors = embed(texts)
            column = {name: number for number, name in enumerate(names)}
            mine = np.array([column[intent] for intent in intents])
            centres = np.stack([vectors[mine == place].mean(axis=0) for place in range(len(names))])
            centres /= np.linalg.norm(centres, axis=1, keepdims=True).clip(1e-9)
            return cls(embed, names, centres)

        return learn

    @property
    def intents(self) -> list[str]:
        return self.names

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        return softmax(_SHARPNESS * (self.embed(texts) @ self.centres.T))


def logistic(embed: Embed) -> Learn:
    """Learning by logistic regression, each intent weighed by how few lines it has: it finds what tells a rare intent
    from its neighbours where nearest means see only what it is about."""
    return LogisticClassifier(embed, balanced=True).fit


@dataclass(frozen=True, slots=True)
class WordView:
    """Naive Bayes over words and pairs of words, each intent equally likely beforehand: a view that shares nothing with
    embeddings, and so errs elsewhere."""

    names: list[str]
    vocabulary: Mapping[str, int]
    weights: Numbers

    @classmethod
    def learn(cls, texts: Sequence[str], intents: Sequence[str]) -> WordView:
        import numpy as np

        names = sorted(set(intents))
        place = {name: number for number, name in enumerate(names)}
        vocabulary: dict[str, int] = {}
        for text in texts:
            for each in _features(text):
                vocabulary.setdefault(each, len(vocabulary))
        counts = np.zeros((len(vocabulary), len(names)))
        for text, intent in zip(texts, intents, strict=True):
            for each in _features(text):
                counts[vocabulary[each], place[intent]] += 1
        # Shares of lines, not of words: a rare intent's few lines say as much of it as many lines of another.
        counted = Counter(intents)
        lines = np.array([counted[name] for name in names], dtype=np.float64)
        shares = (counts + 0.1) / (lines + 1.0)
        return cls(names, vocabulary, np.log(shares))

    @property
    def intents(self) -> list[str]:
        return self.names

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        import numpy as np

        scores = np.zeros((len(texts), len(self.names)))
        for row, text in enumerate(texts):
            for each in _features(text):
                if each in self.vocabulary:
                    scores[row] += self.weights[self.vocabulary[each]]
        return softmax(scores)


def softmax(scores: NDArray[np.floating]) -> Numbers:
    """Rows that sum to 1."""
    import numpy as np

    shifted = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)


def _features(text: str) -> set[str]:
    words = text.lower().rstrip(".?!").split()
    return {*words, *(" ".join(pair) for pair in itertools.pairwise(words))}
