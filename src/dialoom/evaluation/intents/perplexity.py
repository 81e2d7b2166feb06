"""How well what an arm trains on foretells what people say: the perplexity of the rare intents' real test lines.

Each rare intent has a trigram model, learned from its lines of the training data and those that an arm adds, which
judges its own test lines: with h' for h without its first word, c for counts, T for how many kinds of words follow h,

    p(w | h) = (c(h, w) + T(h) p(w | h')) / (c(h) + T(h)),        PP = exp(-sum of ln p / number of words),

interpolated Witten-Bell smoothing (Witten and Bell 1991; Chen and Goodman 1998, section 2.6), which unlike Kneser-Ney
needs no counts of counts, as five lines have hardly any. The end of a line counts as a word. Below the single words of
the intent stand those of all the real training lines, and below them the uniform 1/|V|: an intent without lines is
judged by how people talk in general. So words that any English line has are worth little, those of the intent much.

Perplexities over different vocabularies cannot be compared: a small one makes guessing easy, and a model that learned
many unknown words finds unknown words likely. V is therefore the same for all arms: the words of all the real data, of
the test too, so that no test word is unknown, with the end of a line and one word for all others. No model learns from
the test: that a word is in V gives it no more than a share of 1/|V|.

NLTK counts, masks and interpolates. Its models give words that they have not seen no probability at all, and the start
of a line one (its issues 3065 and 3211), hence the base here, and n-grams that never end in the start.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import log
from typing import TYPE_CHECKING, Any

from dialoom.dialogue.words import words
from dialoom.errors import MissingExtra
from dialoom.intents.utterances import Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ORDER = 3
_START, _END = "<s>", "</s>"
_Base = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Surprise:
    """What models made of the test.

    Attributes:
        nats: -ln p of each test line; 0 for lines of other intents.
        words: how many words each has, its end among them; 0 for lines of other intents.
    """

    nats: NDArray[np.float64]
    words: NDArray[np.int64]

    def perplexity(self, drawn: NDArray[np.int64] | None = None) -> float:
        """Over all lines of rare intents, or those `drawn` (indexes of test lines); NaN where there is none."""
        import numpy as np

        nats, number = (self.nats, self.words) if drawn is None else (self.nats[drawn], self.words[drawn])
        total = int(number.sum())
        return float(np.exp(nats.sum() / total)) if total else float("nan")


@dataclass(frozen=True, slots=True)
class Ground:
    """What models of all arms stand on: the vocabulary, and how likely its words are in general."""

    vocabulary: Any
    base: _Base

    @classmethod
    def of(cls, train: Sequence[Utterance], real: Sequence[Utterance]) -> Ground:
        """The vocabulary is that of both; words are as likely as in `train`, lines that all arms learn from.

        Raises MissingExtra where NLTK is not installed.
        """
        needs_nltk()
        from nltk.lm import Vocabulary

        counts = Counter(word for row in train for word in _sentence(row.text))
        vocabulary = Vocabulary([*counts, *(word for row in real for word in words(row.text)), _START, _END], 1)
        # The start of a line is never foretold, so that it has no share.
        share = 1 / (len(vocabulary) - 1)
        total, kinds = counts.total(), len(counts)

        def base(word: str) -> float:
            return (counts[word] + kinds * share) / (total + kinds) if total else share

        return cls(vocabulary, base)

    def model(self, texts: Sequence[str]) -> Any:
        """A language model of NLTK's, learned from lines; of none it is the base."""
        from nltk.lm import WittenBellInterpolated

        model = WittenBellInterpolated(_ORDER, vocabulary=self.vocabulary)
        model.fit([[gram for size in range(1, _ORDER + 1) for gram in _grams(text, size)] for text in texts])
        model.estimator = _Grounded(model.estimator, self.base)
        return model


@dataclass(frozen=True, slots=True)
class _Grounded:
    """NLTK's smoothing, with a base below the single words."""

    above: Any
    base: _Base

    def alpha_gamma(self, word: str, context: tuple[str, ...]) -> tuple[float, float]:
        alpha, gamma = self.above.alpha_gamma(word, context)
        return float(alpha), float(gamma)

    def unigram_score(self, word: str) -> float:
        counts = self.above.counts.unigrams
        total, kinds = counts.N(), len(counts)
        return float((counts[word] + kinds * self.base(word)) / (total + kinds)) if total else self.base(word)


def surprise(ground: Ground, rows: Sequence[Utterance], test: Sequence[Utterance], rare: Sequence[str]) -> Surprise:
    """Learn a model of each rare intent from its lines among `rows`, and let it judge the test lines of the intent."""
    import numpy as np

    wanted = set(rare)
    by_intent: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.intent in wanted:
            by_intent[row.intent].append(row.text)
    models = {intent: ground.model(by_intent[intent]) for intent in sorted(wanted)}
    nats, number = np.zeros(len(test)), np.zeros(len(test), dtype=np.int64)
    for place, row in enumerate(test):
        if row.intent in wanted:
            grams = _grams(row.text, _ORDER)
            nats[place] = -sum(log(models[row.intent].score(gram[-1], gram[:-1])) for gram in grams)
            number[place] = len(grams)
    return Surprise(nats, number)


def needs_nltk() -> None:
    """Raises MissingExtra where NLTK is not installed."""
    if find_spec("nltk") is None:
        raise MissingExtra(
            "perplexity is measured with NLTK",
            remedy="pip install 'dialoom[intents]', or leave it with --no-perplexity",
        )


def _sentence(text: str) -> list[str]:
    return [*words(text), _END]


def _grams(text: str, size: int) -> list[tuple[str, ...]]:
    """The n-grams of a line that end in its words or its end."""
    before = size - 1
    padded = [*[_START] * before, *_sentence(text)]
    return [tuple(padded[place : place + size]) for place in range(len(padded) - before)]
