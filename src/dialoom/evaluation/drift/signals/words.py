"""Words that one side prefers: log-odds with an informative Dirichlet prior (Monroe et al. 2008)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dialoom.dialogue.words import words
from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places

_PRIOR = 500.0
_TOP = 20
_MOST = 5000
_SHOWN = 8


def _make(pool: Pool) -> Measured:
    import numpy as np
    from scipy.sparse import csr_matrix

    said = [Counter(words(unit.text)) for unit in pool.units]
    total: Counter[str] = Counter()
    for each in said:
        total.update(each)
    vocabulary = [word for word, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))[:_MOST]]
    column = {word: place for place, word in enumerate(vocabulary)}
    entries = [(row, column[word], n) for row, each in enumerate(said) for word, n in each.items() if word in column]
    rows, columns, numbers = zip(*entries, strict=True) if entries else ((), (), ())
    counts = csr_matrix((numbers, (rows, columns)), shape=(len(said), max(len(vocabulary), 1)), dtype=np.float64)
    share = np.array([total[word] for word in vocabulary], dtype=np.float64)
    prior = _PRIOR * share / max(share.sum(), 1.0)

    def scores(one: Places, other: Places) -> NDArray[np.float64]:
        return log_odds(_sums(counts[one]), _sums(counts[other]), prior)

    def statistic(one: Places, other: Places) -> float:
        found = np.abs(scores(one, other))
        top = min(_TOP, len(found))
        return float(np.partition(found, -top)[-top:].mean()) if top else 0.0

    def explain(real: Places, made: Places) -> list[str]:
        found = scores(real, made)
        order = found.argsort()
        more = [f"{vocabulary[place]} ({found[place]:+.1f})" for place in order[::-1][:_SHOWN] if found[place] > 0]
        less = [f"{vocabulary[place]} ({found[place]:+.1f})" for place in order[:_SHOWN] if found[place] < 0]
        return [f"more often in made data: {', '.join(more)}", f"less often: {', '.join(less)}"]

    return Measured(statistic, explain)


def log_odds(one: NDArray[np.float64], other: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """z-scores of the words' log-odds ratios, above 0 where `other` has them more often (Monroe et al. 2008, eq. 22).

    Args:
        one, other: counts of each word.
        prior: pseudo-counts of each word; more shrinks more.
    """
    import numpy as np

    ones, others, priors = one.sum(), other.sum(), prior.sum()
    up, down = other + prior, one + prior
    ratio = np.log(up / (others + priors - up)) - np.log(down / (ones + priors - down))
    return np.asarray(ratio / np.sqrt(1 / up + 1 / down))


def _sums(counts: object) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()  # type: ignore[attr-defined]


SIGNAL = Signal(
    name="words",
    about="words that one side prefers: mean of the 20 largest |z| of log-odds with a Dirichlet prior",
    fits=lambda pool: any(any(unit.lengths) for unit in pool.units),
    make=_make,
)
