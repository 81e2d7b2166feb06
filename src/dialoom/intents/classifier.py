"""What tells intents apart: logistic regression over embeddings, and what it says of lines it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from dialoom.errors import DataError, MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

    Vectors = NDArray[np.float32]
    Numbers = NDArray[np.float64]

_C = 20.0
_ITERATIONS = 1000


class Classifier(Protocol):
    """Learns intents from texts."""

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> Fitted: ...


class Fitted(Protocol):
    """A classifier that has learned."""

    @property
    def intents(self) -> list[str]:
        """The intents it knows, sorted: the columns of `probabilities`."""
        ...

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """How likely each text has each intent: a row a text, each row sums to 1."""
        ...


@dataclass(frozen=True, slots=True)
class LogisticClassifier:
    """Multinomial logistic regression over frozen embeddings: the usual probe, quick enough to be fitted many times.

    Attributes:
        balanced: weigh each intent's lines by how few they are (scikit-learn's `balanced`).
        c: inverse strength of the L2 penalty.

    Raises MissingExtra, when fitted, where scikit-learn is not installed.
    """

    embed: Embed
    balanced: bool = False
    c: float = _C

    def fit(self, texts: Sequence[str], intents: Sequence[str], start: LogisticFitted | None = None) -> LogisticFitted:
        """Learn from texts. `start`, learned from the same intents, saves time and changes nothing."""
        return self.fit_vectors(self.embed(texts), intents, start)

    def fit_vectors(
        self, vectors: Vectors, intents: Sequence[str], start: LogisticFitted | None = None
    ) -> LogisticFitted:
        """As `fit`, from vectors. Raises DataError where there are fewer than two intents."""
        needs_sklearn()
        from sklearn.linear_model import LogisticRegression

        if len(set(intents)) < 2:
            raise DataError("a classifier needs two intents or more", remedy="name data with more intents")
        model = LogisticRegression(
            C=self.c,
            max_iter=_ITERATIONS,
            class_weight="balanced" if self.balanced else None,
            warm_start=start is not None,
        )
        if start is not None and start.intents == sorted(set(intents)):
            # The problem is convex: from any start the same weights are found, from near ones sooner.
            model.coef_, model.intercept_ = start.model.coef_.copy(), start.model.intercept_.copy()
            model.classes_ = start.model.classes_
        return LogisticFitted(self.embed, model.fit(vectors, list(intents)))


@dataclass(frozen=True, slots=True)
class LogisticFitted:
    """What `LogisticClassifier` has learned."""

    embed: Embed
    model: Any

    @property
    def intents(self) -> list[str]:
        return [str(name) for name in self.model.classes_]

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        return self.of_vectors(self.embed(texts))

    def of_vectors(self, vectors: Vectors) -> Numbers:
        """As `probabilities`, of vectors."""
        import numpy as np

        return np.asarray(self.model.predict_proba(vectors), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What classifiers say of lines that they were not fitted on.

    Attributes:
        intents: sorted: the columns.
        probabilities: a row a line, in the order of the lines.
        fold: the fold each line was held out in.
    """

    intents: list[str]
    probabilities: Numbers
    fold: NDArray[np.int64]

    @property
    def predicted(self) -> list[str]:
        return [self.intents[place] for place in self.probabilities.argmax(axis=1)]


def out_of_fold(
    classifier: LogisticClassifier, texts: Sequence[str], intents: Sequence[str], folds: int = 5, seed: int = 0
) -> OutOfFold:
    """Cross-validated probabilities: each line is judged by a classifier that saw neither it nor a copy of its text.

    Folds are stratified by intent. An intent of a single text cannot be learned from the others: its column is zero for
    that text.

    Raises MissingExtra where scikit-learn is not installed, DataError where there are fewer than two intents.
    """
    import numpy as np

    vectors = classifier.embed(texts)
    names = sorted(set(intents))
    column = {name: place for place, name in enumerate(names)}
    fold = _folds(texts, intents, folds, seed)
    found = np.zeros((len(texts), len(names)))
    for number in range(folds):
        held = np.flatnonzero(fold == number)
        if not len(held):
            continue
        rest = np.flatnonzero(fold != number)
        fitted = classifier.fit_vectors(vectors[rest], [intents[place] for place in rest.tolist()])
        columns = np.array([column[name] for name in fitted.intents])
        found[np.ix_(held, columns)] = fitted.of_vectors(vectors[held])
    return OutOfFold(names, found, fold)


def _folds(texts: Sequence[str], intents: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each line: texts of an intent dealt out in turn, equal ones together."""
    from random import Random

    import numpy as np

    of_text: dict[str, int] = {}
    by_intent: dict[str, list[str]] = {}
    for text, intent in zip(texts, intents, strict=True):
        by_intent.setdefault(intent, []).append(text)
    dealt = 0
    for intent in sorted(by_intent):
        unique = sorted(set(by_intent[intent]))
        Random(f"{seed}/{intent}").shuffle(unique)
        for text in unique:
            if text not in of_text:
                of_text[text] = dealt % folds
                dealt += 1
    return np.array([of_text[text] for text in texts], dtype=np.int64)


def needs_sklearn() -> None:
    """Raises MissingExtra where scikit-learn is not installed."""
    if find_spec("sklearn") is None:
        raise MissingExtra("telling intents apart needs scikit-learn", remedy="pip install 'dialoom[intents]'")
