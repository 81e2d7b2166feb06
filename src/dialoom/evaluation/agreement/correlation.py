"""Rank correlation, plain and with a third quantity held fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rho: the correlation of ranks, ties sharing theirs. NaN for fewer than two units or no variation."""
    return _pearson(ranks(one), ranks(other))


def partial_spearman(one: NDArray[np.float64], other: NDArray[np.float64], fixed: NDArray[np.float64]) -> float:
    """The rank correlation of two quantities that a third does not explain.

    (r12 - r13 r23) / sqrt((1 - r13²)(1 - r23²)), of rank correlations; NaN where it is not defined, as where the third
    explains one of them fully.
    """
    r12, r13, r23 = spearman(one, other), spearman(one, fixed), spearman(other, fixed)
    rest = (1 - r13**2) * (1 - r23**2)
    return (r12 - r13 * r23) / rest**0.5 if rest > 1e-12 else float("nan")


def ranks(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, equal numbers sharing the mean of theirs."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(((last - counts + 1 + last) / 2)[inverse], dtype=np.float64)


def _pearson(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(one) < 2:
        return float("nan")
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else float("nan")
