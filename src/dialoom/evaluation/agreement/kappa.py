"""Cohen's kappa of two raters and Fleiss' of a fixed number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Weights = Literal["none", "linear", "quadratic"]


def cohen_kappa(
    one: NDArray[np.int64], other: NDArray[np.int64], numbers: NDArray[np.float64], weights: Weights = "none"
) -> float:
    """Kappa = 1 - observed / expected disagreement (Cohen 1960; weighted, Cohen 1968).

    Args:
        one, other: (units,): the index of each rater's value.
        numbers: (values,): the values. Their distances weigh, squared where `quadratic`, so that 1 and 5 lie four
            times as far apart as 1 and 2 even where nobody gave a 3.

    Returns NaN where both gave one and the same value throughout, or there are no units.
    """
    if not len(one):
        return float("nan")
    size = len(numbers)
    table = np.zeros((size, size))
    np.add.at(table, (one, other), 1 / len(one))
    apart = np.abs(numbers[:, None] - numbers[None, :])
    apart = {"none": (apart > 0).astype(float), "linear": apart, "quadratic": apart**2}[weights]
    expected = float(table.sum(axis=1) @ apart @ table.sum(axis=0))
    return float(1 - (table * apart).sum() / expected) if expected > 0 else float("nan")


def fleiss_kappa(counts: NDArray[np.float64]) -> float:
    """Kappa of several raters, as many for every unit, who need not be the same (Fleiss 1971).

    Args:
        counts: (units, values): how many raters gave each unit each value; every row has the same sum, above 1.

    Returns NaN where all gave one value throughout.
    """
    raters = counts.sum(axis=1)
    if not len(raters) or raters.min() != raters.max() or raters[0] < 2:
        raise ValueError("Fleiss' kappa needs the same number of ratings, two or more, for every unit")
    each = (counts**2).sum(axis=1) - raters[0]
    observed = float(each.mean() / (raters[0] * (raters[0] - 1)))
    shares = counts.sum(axis=0) / counts.sum()
    expected = float((shares**2).sum())
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")
