"""Whether a classifier can tell which side a text is from (C2ST, Lopez-Paz and Oquab 2017)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places
    from dialoom.intents.classifier import Vectors

_MOST = 400
_DIRECTIONS = 64
_RIDGE = 0.1
_SHOWN = 3


def _make(pool: Pool) -> Measured:
    import numpy as np

    vectors = _reduced(pool.vectors)

    def scores(one: Places, other: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """How made each unit looks to a classifier that has not seen it, and whether it is; halves judge each other."""
        places = np.concatenate([one, other])
        made = np.arange(len(places)) >= len(one)
        half = np.concatenate([np.arange(len(one)) % 2, np.arange(len(other)) % 2])
        found = np.zeros(len(places))
        for held in (0, 1):
            seen, rest = places[half != held], places[half == held]
            found[half == held] = _discriminant(vectors[seen], made[half != held])(vectors[rest])
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


def _reduced(vectors: Vectors) -> NDArray[np.float64]:
    """The directions in which the pool varies most: few enough for a discriminant of few texts."""
    import numpy as np

    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ directions[:, values.argsort()[::-1][:_DIRECTIONS]])


def _discriminant(
    vectors: NDArray[np.float64], made: NDArray[np.bool_]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Fisher's linear discriminant with a ridge; above 0 for what looks made."""
    import numpy as np

    one, other = vectors[~made].mean(axis=0), vectors[made].mean(axis=0)
    spread = vectors - np.where(made[:, None], other, one)
    within = spread.T @ spread / len(vectors)
    ridge = _RIDGE * np.trace(within) / len(within) + 1e-12
    direction = np.linalg.solve(within + ridge * np.eye(len(within)), other - one)
    middle = (one + other) / 2
    return lambda asked: np.asarray((asked - middle) @ direction)


SIGNAL = Signal("two_sample", "held-out accuracy of a classifier of real against made", lambda pool: True, _make)
