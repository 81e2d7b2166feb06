"""Which dialogue acts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places

_SHOWN = 6


def _make(pool: Pool) -> Measured:
    import numpy as np

    names = sorted({act for unit in pool.units for act in unit.acts})
    column = {name: place for place, name in enumerate(names)}
    counts = np.zeros((len(pool.units), len(names)))
    for row, unit in enumerate(pool.units):
        for act in unit.acts:
            counts[row, column[act]] += 1

    def shares(places: Places) -> NDArray[np.float64]:
        found = counts[places].sum(axis=0)
        return np.asarray(found / max(found.sum(), 1.0))

    def statistic(one: Places, other: Places) -> float:
        return float(np.abs(shares(one) - shares(other)).sum() / 2)

    def explain(real: Places, made: Places) -> list[str]:
        one, other = shares(real), shares(made)
        order = np.abs(one - other).argsort()[::-1][:_SHOWN]
        return [f"{names[place]}: real {one[place]:.1%}, made {other[place]:.1%}" for place in order]

    return Measured(statistic, explain)


SIGNAL = Signal(
    name="acts",
    about="dialogue acts: total variation of their shares",
    fits=lambda pool: any(u.acts for u in pool.units[: pool.real]) and any(u.acts for u in pool.units[pool.real :]),
    make=_make,
)
