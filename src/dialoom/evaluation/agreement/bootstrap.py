"""How sure a figure is: percentile intervals over resampled units."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and where it lies with the given confidence; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Resampler:
    """Draws units with replacement (Efron 1979); the same seed draws the same.

    Attributes:
        times: how many draws; 0 gives no intervals.
        confidence: the share of draws between the ends of an interval.
    """

    times: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def interval(self, units: int, measure: Callable[[NDArray[np.int64]], float]) -> Interval:
        """The figure that `measure` gives for units by their indexes, and its percentile interval.

        Draws for which it is not defined (NaN) are left out; with fewer than half left there is no interval.
        """
        return self.intervals([units], lambda drawn: {"": measure(drawn)})[""]

    def intervals(
        self, groups: Sequence[int], measure: Callable[[NDArray[np.int64]], Mapping[str, float]]
    ) -> dict[str, Interval]:
        """As `interval`, for several figures from the same draws.

        Args:
            groups: how many units there are of each kind, one kind after the other; each is drawn from for itself, so
                that a draw has as many of each as there are.
        """
        values = measure(np.arange(sum(groups)))
        random = np.random.default_rng(self.seed)
        draws: dict[str, list[float]] = {name: [] for name in values}
        starts = np.cumsum([0, *groups])
        for _ in range(self.times if sum(groups) > 1 else 0):
            drawn = [
                start + random.integers(0, size, size) for start, size in zip(starts, groups, strict=False) if size
            ]
            for name, value in measure(np.concatenate(drawn)).items():
                if math.isfinite(value):
                    draws[name].append(value)
        return {name: self._ends(value, draws[name]) for name, value in values.items()}

    def _ends(self, value: float, draws: list[float]) -> Interval:
        if not math.isfinite(value):
            return Interval(None)
        if len(draws) * 2 < self.times or not draws:
            return Interval(value)
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(draws, [tail, 1 - tail])
        return Interval(value, float(low), float(high))
