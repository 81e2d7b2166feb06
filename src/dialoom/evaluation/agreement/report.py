"""How far raters agree on one item, by every measure that fits who rated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler
from dialoom.evaluation.agreement.correlation import spearman
from dialoom.evaluation.agreement.kappa import cohen_kappa, fleiss_kappa
from dialoom.evaluation.agreement.krippendorff import Level, krippendorff_alpha
from dialoom.evaluation.agreement.ratings import Rating, Ratings

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of the raters of one item.

    Attributes:
        units, raters, ratings: how many; `paired` is the units with two ratings or more, on which all else rests.
        level: of alpha.
        measures: `alpha` always; `raw` (the share of equal pairs of ratings, each unit counting the same); `fleiss`
            where every unit has as many ratings; `cohen`, `cohen_linear` and `cohen_quadratic` where there are two
            raters; `spearman` where there are two raters or more, the mean over their pairs. What rests on distances is
            there for numbers alone.
        replaced: ratings that a later one by the same rater of the same unit took the place of.
    """

    units: int
    paired: int
    raters: int
    ratings: int
    level: Level
    measures: dict[str, Interval]
    replaced: int = 0

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("units", "paired", "raters", "ratings", "level", "replaced")}
        return told | {"measures": {name: interval.to_json() for name, interval in self.measures.items()}}


def measure_agreement(ratings: Iterable[Rating], level: Level, resampler: Resampler) -> Agreement:
    """The agreement on one item. Values that are words are taken as nominal whatever `level` says."""
    held = Ratings.of(ratings)
    level = level if held.numeric else "nominal"
    counts, numbers = held.counts, held.numbers
    per_unit = counts.sum(axis=1)
    fixed = len(per_unit) > 0 and per_unit.min() == per_unit.max() >= 2

    def measure(drawn: NDArray[np.int64]) -> dict[str, float]:
        found = {"alpha": krippendorff_alpha(counts[drawn], numbers, level), "raw": _raw(counts[drawn])}
        if fixed:
            found["fleiss"] = fleiss_kappa(counts[drawn])
        table = held.table[drawn]
        if len(held.raters) == 2:
            found |= _two(table, numbers, held.numeric)
        if len(held.raters) > 1 and held.numeric:
            found["spearman"] = _mean_spearman(table, numbers)
        return found

    return Agreement(
        units=len(held.units),
        paired=int((per_unit > 1).sum()),
        raters=len(held.raters),
        ratings=int(per_unit.sum()),
        level=level,
        measures=resampler.intervals([len(held.units)], measure),
        replaced=held.replaced,
    )


def _raw(counts: NDArray[np.float64]) -> float:
    per_unit = counts.sum(axis=1)
    paired = counts[per_unit > 1]
    if not len(paired):
        return float("nan")
    raters = paired.sum(axis=1)
    return float((((paired**2).sum(axis=1) - raters) / (raters * (raters - 1))).mean())


def _two(table: NDArray[np.int64], numbers: NDArray[np.float64], numeric: bool) -> dict[str, float]:
    both = table[(table >= 0).all(axis=1)]
    one, other = both[:, 0], both[:, 1]
    found = {"cohen": cohen_kappa(one, other, numbers)}
    if numeric:
        found["cohen_linear"] = cohen_kappa(one, other, numbers, "linear")
        found["cohen_quadratic"] = cohen_kappa(one, other, numbers, "quadratic")
    return found


def _mean_spearman(table: NDArray[np.int64], numbers: NDArray[np.float64]) -> float:
    found = []
    for one, other in combinations(range(table.shape[1]), 2):
        both = table[(table[:, one] >= 0) & (table[:, other] >= 0)]
        found.append(spearman(numbers[both[:, one]], numbers[both[:, other]]))
    defined = [rho for rho in found if np.isfinite(rho)]
    return float(np.mean(defined)) if defined else float("nan")
