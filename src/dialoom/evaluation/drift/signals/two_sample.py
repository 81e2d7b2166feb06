"""Whether a classifier can tell which side a text is from (C2ST, Lopez-Paz and Oquab 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal
from dialoom.intents.classifier import needs_sklearn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places

_MOST = 400
_SHOWN = 3


def _make(pool: Pool) -> Measured:
    import numpy as np

    needs_sklearn()
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    vectors = pool.vectors

    def scores(one: Places, other: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """How made each unit looks to a classifier that has not seen it, and whether it is; halves judge each other."""
        places = np.concatenate([one, other])
        made = np.arange(len(places)) >= len(one)
        half = np.concatenate([np.arange(len(one)) % 2, np.arange(len(other)) % 2])
        found = np.zeros(len(places))
        for held in (0, 1):
            seen = half != held
            # Shrunken covariance (Ledoit and Wolf 2004): quick, and at ease with more dimensions than texts.
            model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[0.5, 0.5])
            model.fit(vectors[places[seen]].astype(np.float64), made[seen])
            found[half == held] = model.decision_function(vectors[places[half == held]].astype(np.float64))
        return found, made

    def statistic(one: Places, other: Places) -> float:
        size = min(len(one), len(other), _MOST)
        if size < 4:
            return 0.5
        found, made = scores(one[:size], other[:size])
        return float(((found > 0) == made).mean())

    def explain(real: Places, made: Places) -> list[str]:
        size = min(len(real), len(made), _MOST)
        if size < 4:
            return []
        found, is_made = scores(real[:size], made[:size])
        right = ((found > 0) == is_made).mean()
        places = np.concatenate([real[:size], made[:size]])
        order = [place for place in found.argsort()[::-1] if is_made[place]][:_SHOWN]
        told = [pool.units[places[place]].text.replace("\n", " / ")[:80] for place in order]
        return [f"a classifier tells {right:.0%} right (0.5 is chance); most clearly made: {' | '.join(told)}"]

    return Measured(statistic, explain)


SIGNAL = Signal("two_sample", "held-out accuracy of a classifier of real against made", lambda pool: True, _make)
