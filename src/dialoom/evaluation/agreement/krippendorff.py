"""Krippendorff's alpha: agreement beyond chance of any number of raters, with gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(counts: NDArray[np.float64], numbers: NDArray[np.float64], level: Level) -> float:
    """Alpha = 1 - observed / expected disagreement (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").

    Args:
        counts: (units, values): how many raters gave each unit each value. Units with one rating count for nothing.
        numbers: (values,): the values, ascending; their differences count at the level `interval` alone.
        level: what tells two values apart: that they differ, how many ratings lie between them, or their distance.

    Returns 1.0 for full agreement, 0.0 for that of chance; NaN where nothing can disagree: fewer than two values or no
    unit with two ratings.
    """
    raters = counts.sum(axis=1)
    pairable = counts[raters > 1]
    if not len(pairable):
        return float("nan")
    weights = 1 / (pairable.sum(axis=1) - 1)
    # Coincidences: the pairs of ratings in each unit, without each rating's pair with itself.
    pairs = pairable.T @ (pairable * weights[:, None])
    pairs -= np.diag((pairable * weights[:, None]).sum(axis=0))
    totals = pairs.sum(axis=1)
    apart = distances(totals, numbers, level)
    expected = float(totals @ apart @ totals)
    if expected <= 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (pairs * apart).sum() / expected)


def distances(totals: NDArray[np.float64], numbers: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """(values, values): the squared distance of each two values, given how often each was rated."""
    if level == "nominal":
        return 1.0 - np.eye(len(totals))
    if level == "interval":
        return np.asarray((numbers[:, None] - numbers[None, :]) ** 2, dtype=np.float64)
    # All ratings from one value to the other, the two themselves by half.
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=np.float64)
