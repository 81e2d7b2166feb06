"""Where the texts lie: energy distance of their embeddings (Székely and Rizzo 2013)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    from dialoom.evaluation.drift.signals._signal import Places

_MOST = 400
_SHOWN = 3


def _make(pool: Pool) -> Measured:
    import numpy as np

    vectors = pool.vectors

    def distances(one: Places, other: Places) -> float:
        squared = 2 - 2 * (vectors[one] @ vectors[other].T)
        return float(np.sqrt(squared.clip(min=0)).mean())

    def statistic(one: Places, other: Places) -> float:
        # Means over more would cost time, and say the same.
        one, other = one[:_MOST], other[:_MOST]
        return 2 * distances(one, other) - distances(one, one) - distances(other, other)

    def explain(real: Places, made: Places) -> list[str]:
        nearest = (vectors[made] @ vectors[real].T).max(axis=1)
        far = [pool.units[made[place]].text.replace("\n", " / ")[:80] for place in nearest.argsort()[:_SHOWN]]
        return [f"farthest from real data: {' | '.join(far)}"]

    return Measured(statistic, explain)


SIGNAL = Signal("embedding", "texts' vectors: energy distance", lambda pool: True, _make)
