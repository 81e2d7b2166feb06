"""From which score on a judge's yes is a person's yes: fitted on one part, reported on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

# With fewer of either kind in a part, a threshold fits chance.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold and what it does on dialogues that it was not fitted on.

    Attributes:
        score: at least this much passes.
        fitted_on, reported_on: how many dialogues.
        good: the share that people find good, where reported.
        figures: accuracy, balanced_accuracy, precision, recall and kappa, where reported.
    """

    score: float
    fitted_on: int
    reported_on: int
    good: float
    figures: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("score", "fitted_on", "reported_on", "good")}
        return told | {"figures": {name: figure.to_json() for name, figure in self.figures.items()}}


def fit_threshold(
    ids: Sequence[str], scores: NDArray[np.float64], good: NDArray[np.bool_], resampler: Resampler
) -> Threshold | None:
    """The threshold with the best balanced accuracy on one half, and its figures on the other.

    A dialogue's half follows from its id and the resampler's seed, so that it stays where it is when others are added.

    Args:
        good: whether people find each dialogue good.

    Returns None where a half has fewer than three of either kind.
    """
    half = np.array([_half(name, resampler.seed) for name in ids], dtype=bool)
    for part in (half, ~half):
        if min(good[part].sum(), (~good[part]).sum()) < _FEWEST:
            return None
    candidates = np.unique(scores[half])
    fits = [_figures(scores[half] >= cut, good[half])["balanced_accuracy"] for cut in candidates]
    # Of equally good ones the middle, which is farthest from where the next score would tip it.
    best = np.flatnonzero(np.isclose(fits, max(fits)))
    cut = float(candidates[best[len(best) // 2]])
    passed, wanted = scores[~half] >= cut, good[~half]
    figures = resampler.intervals([len(passed)], lambda drawn: _figures(passed[drawn], wanted[drawn]))
    return Threshold(cut, int(half.sum()), len(passed), float(wanted.mean()), figures)


def _half(name: str, seed: int) -> bool:
    return blake2b(f"{seed}\x1f{name}".encode(), digest_size=1).digest()[0] < 128


def _figures(passed: NDArray[np.bool_], good: NDArray[np.bool_]) -> dict[str, float]:
    hit = float((passed & good).sum())
    recall, specificity = _share(hit, good.sum()), _share(float((~passed & ~good).sum()), (~good).sum())
    accuracy = float((passed == good).mean())
    chance = float(passed.mean() * good.mean() + (1 - passed.mean()) * (1 - good.mean()))
    return {
        "accuracy": accuracy,
        "balanced_accuracy": (recall + specificity) / 2,
        "precision": _share(hit, passed.sum()),
        "recall": recall,
        "kappa": (accuracy - chance) / (1 - chance) if chance < 1 else float("nan"),
    }


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
