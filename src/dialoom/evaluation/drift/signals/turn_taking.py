"""Who speaks when and how much, in dialogues of several turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal
from dialoom.evaluation.drift.units import Unit

if TYPE_CHECKING:
    from dialoom.evaluation.drift.signals._signal import Places

_NAMES = (
    "turns",
    "speakers",
    "share of the first speaker's words",
    "same speaker again",
    "words of a turn",
    "short turns",
)
_SHORT = 3


def _facts(unit: Unit) -> list[float]:
    own = sum(n for who, n in zip(unit.speakers, unit.lengths, strict=True) if who == unit.speakers[0])
    again = sum(a == b for a, b in zip(unit.speakers, unit.speakers[1:], strict=False))
    turns = len(unit.speakers)
    return [
        float(turns),
        float(len(set(unit.speakers))),
        own / max(sum(unit.lengths), 1),
        again / max(turns - 1, 1),
        sum(unit.lengths) / turns,
        sum(n <= _SHORT for n in unit.lengths) / turns,
    ]


def _make(pool: Pool) -> Measured:
    import numpy as np

    facts = np.array([_facts(unit) for unit in pool.units])
    scale = facts[: pool.real].std(axis=0)
    scaled = facts / np.where(scale > 0, scale, 1.0)

    def statistic(one: Places, other: Places) -> float:
        difference = scaled[one].mean(axis=0) - scaled[other].mean(axis=0)
        return float(np.sqrt((difference**2).sum()))

    def explain(real: Places, made: Places) -> list[str]:
        means = zip(_NAMES, facts[real].mean(axis=0), facts[made].mean(axis=0), strict=True)
        return [f"{name}: real {one:.2f}, made {other:.2f}" for name, one, other in means if abs(one - other) > 0.005]

    return Measured(statistic, explain)


SIGNAL = Signal(
    name="turn_taking",
    about="turns, speakers, shares of talk: distance of means in standard deviations of real data",
    fits=lambda pool: any(len(unit.speakers) > 1 for unit in pool.units),
    make=_make,
)
