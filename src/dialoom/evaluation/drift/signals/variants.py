"""How things are said: form, politeness, register, emotion and the other features of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal
from dialoom.intents.variants import FEATURES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places

_SHOWN = 6
# Length has a signal of its own, and where a line stands in its talk is turn-taking.
_ELSEWHERE = ("length", "context")


def _make(pool: Pool) -> Measured:
    import numpy as np

    said = [unit.first for unit in pool.units]
    names: list[str] = []
    columns: list[NDArray[np.float64]] = []
    for name in FEATURES.names():
        if name in _ELSEWHERE:
            continue
        feature = FEATURES.load(name)
        # What is usual is learned from real data alone.
        tell = feature.make(said[: pool.real])
        told = [tell(row) for row in said]
        for value in feature.values:
            names.append(f"{name} {value}")
            columns.append(np.array([each == value for each in told], dtype=np.float64))
    table = np.stack(columns, axis=1)

    def statistic(one: Places, other: Places) -> float:
        return float(np.abs(table[one].mean(axis=0) - table[other].mean(axis=0)).sum() / 2)

    def explain(real: Places, made: Places) -> list[str]:
        one, other = table[real].mean(axis=0), table[made].mean(axis=0)
        order = np.abs(one - other).argsort()[::-1][:_SHOWN]
        return [f"{names[place]}: real {one[place]:.0%}, made {other[place]:.0%}" for place in order]

    return Measured(statistic, explain)


SIGNAL = Signal(
    name="variants",
    about="form, politeness, register, emotion and the like: sum of total variations",
    fits=lambda pool: True,
    make=_make,
)
