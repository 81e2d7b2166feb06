"""What is measured of one classifier on the test data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialoom.intents.classifier import Fitted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.intents.classifier import Numbers

_BINS = 15
_KEPT = 0.95

MEASURES = {
    "rare_f1": "macro F1 over the rare intents",
    "rare_recall": "mean recall of the rare intents",
    "others_accuracy": "share of the other intents' lines that are right",
    "accuracy": "share of all lines in scope that are right",
    "macro_f1": "macro F1 over all intents",
    "ece": "expected calibration error of the likeliest intent, 15 bins (Naeini et al. 2015)",
    "oos_accepted": "share of out-of-scope lines accepted at the confidence that 95% of lines in scope reach",
    "oos_as_rare": "share of out-of-scope lines accepted as a rare intent, at that confidence",
}
"""What each measure is; all are shares, 0..1."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a classifier said of the test: indexes into `intents`, and how sure it was.

    Attributes:
        own: the right intent of each line in scope.
        told: the one that it said.
        sure: its probability.
        outside: the intent said of each out-of-scope line; `outside_sure` its probability.
    """

    intents: list[str]
    own: NDArray[np.int64]
    told: NDArray[np.int64]
    sure: Numbers
    outside: NDArray[np.int64]
    outside_sure: Numbers


def judge(fitted: Fitted, texts: Sequence[str], intents: Sequence[str], outside: Sequence[str]) -> Judged:
    """Let a classifier judge the test; intents that it was never shown count as missed."""
    import numpy as np

    names = sorted({*fitted.intents, *intents})
    place = {name: number for number, name in enumerate(names)}
    columns = np.array([place[name] for name in fitted.intents], dtype=np.int64)

    def said(asked: Sequence[str]) -> tuple[NDArray[np.int64], Numbers]:
        if not asked:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        found = fitted.probabilities(asked)
        return columns[found.argmax(axis=1)], found.max(axis=1)

    told, sure = said(texts)
    far, far_sure = said(outside)
    return Judged(names, np.array([place[name] for name in intents], dtype=np.int64), told, sure, far, far_sure)


def measure(judged: Judged, rare: Sequence[str], drawn: NDArray[np.int64] | None = None) -> dict[str, float]:
    """The measures, over all test lines or those `drawn` (indexes); NaN for what is not defined."""
    import numpy as np

    own, told, sure = judged.own, judged.told, judged.sure
    if drawn is not None:
        own, told, sure = own[drawn], told[drawn], sure[drawn]
    size = len(judged.intents)
    is_rare = np.isin(np.arange(size), [judged.intents.index(name) for name in rare if name in judged.intents])
    right = own == told
    hits = np.bincount(own[right], minlength=size)
    lines, said = np.bincount(own, minlength=size), np.bincount(told, minlength=size)
    there = lines > 0
    f1 = 2 * hits / np.maximum(lines + said, 1)
    recall = hits / np.maximum(lines, 1)
    others = ~is_rare[own]
    least = float(np.quantile(sure, 1 - _KEPT)) if len(sure) else 0.0
    accepted = judged.outside_sure >= least
    return {
        "rare_f1": _mean(f1[is_rare & there]),
        "rare_recall": _mean(recall[is_rare & there]),
        "others_accuracy": _mean(right[others]),
        "accuracy": _mean(right),
        "macro_f1": _mean(f1[there]),
        "ece": calibration_error(sure, right),
        "oos_accepted": _mean(accepted),
        "oos_as_rare": _mean(accepted & is_rare[judged.outside]) if len(accepted) else float("nan"),
    }


def calibration_error(sure: Numbers, right: NDArray[np.bool_], bins: int = _BINS) -> float:
    """The mean distance of confidence and accuracy over bins of equal width, weighed by how many lines are in each."""
    import numpy as np

    if not len(sure):
        return float("nan")
    which = np.minimum((sure * bins).astype(int), bins - 1)
    number = np.bincount(which, minlength=bins)
    gap = np.abs(np.bincount(which, sure, minlength=bins) - np.bincount(which, right, minlength=bins))
    return float(gap[number > 0].sum() / len(sure))


def _mean(values: NDArray[np.generic]) -> float:
    return float(values.mean()) if len(values) else float("nan")
