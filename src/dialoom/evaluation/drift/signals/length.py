"""How long dialogues are, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    from dialoom.evaluation.drift.signals._signal import Places


def _make(pool: Pool) -> Measured:
    import numpy as np

    lengths = np.array([sum(unit.lengths) for unit in pool.units], dtype=np.float64)

    def statistic(one: Places, other: Places) -> float:
        # Kolmogorov and Smirnov: the largest distance of the two distribution functions.
        first, second = np.sort(lengths[one]), np.sort(lengths[other])
        at = np.concatenate([first, second])
        below = np.searchsorted(first, at, side="right") / len(first)
        above = np.searchsorted(second, at, side="right") / len(second)
        return float(np.abs(below - above).max())

    def explain(real: Places, made: Places) -> list[str]:
        def told(places: Places) -> str:
            low, middle, high = np.quantile(lengths[places], [0.1, 0.5, 0.9])
            return f"{middle:.0f} ({low:.0f} to {high:.0f})"

        return [f"median words (10% to 90%): real {told(real)}, made {told(made)}"]

    return Measured(statistic, explain)


SIGNAL = Signal("length", "words of a dialogue: distance of Kolmogorov and Smirnov", lambda pool: True, _make)
