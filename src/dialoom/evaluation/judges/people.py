"""A judge beside people who rated the same dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler
from dialoom.evaluation.agreement.correlation import spearman
from dialoom.evaluation.agreement.kappa import cohen_kappa
from dialoom.evaluation.agreement.krippendorff import krippendorff_alpha
from dialoom.evaluation.agreement.ratings import Rating
from dialoom.evaluation.judges.thresholds import Threshold, fit_threshold

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BesidePeople:
    """A judge's scores and people's mean ratings of one criterion.

    Attributes:
        rated: dialogues that both scored.
        figures: `spearman`; `alpha` (ordinal) and `cohen_quadratic`, of the judge's score and people's mean, both
            rounded to the scale; `raw`, the share where these are equal; `error`, the mean absolute difference;
            `bias`, the judge's score less people's.
        people_alpha: ordinal alpha among people alone, which is the most that can be asked of a judge.
        threshold: from which score on the judge says what people say; None where too few are rated.
    """

    rated: int
    figures: Mapping[str, Interval]
    people_alpha: Interval
    threshold: Threshold | None

    def to_json(self) -> dict[str, Any]:
        return {
            "rated": self.rated,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
            "people_alpha": self.people_alpha.to_json(),
            "threshold": self.threshold.to_json() if self.threshold else None,
        }


def mean_ratings(ratings: Iterable[Rating]) -> dict[str, dict[str, list[float]]]:
    """People's numbers by item and unit; words are no scores and are left out."""
    found: dict[str, dict[str, list[float]]] = {}
    for rating in ratings:
        if not isinstance(rating.value, str):
            found.setdefault(rating.item, {}).setdefault(rating.unit, []).append(rating.value)
    return found


def beside_people(
    ids: Sequence[str], scores: NDArray[np.float64], rated: Sequence[Sequence[float]], good: float, resampler: Resampler
) -> BesidePeople:
    """A judge's scores beside people's.

    Args:
        ids, scores: of the dialogues that both scored.
        rated: people's ratings of each.
        good: the mean rating from which on people find a dialogue good.
    """
    people = np.array([float(np.mean(each)) for each in rated])
    values = np.unique(np.concatenate([np.rint(scores), *(np.rint(each) for each in rated)]))
    of_judge, of_people = np.searchsorted(values, np.rint(scores)), np.searchsorted(values, np.rint(people))
    both = _counts(np.stack([of_judge, of_people], axis=1), len(values))
    among = np.zeros((len(ids), len(values)))
    for row, each in enumerate(rated):
        np.add.at(among[row], np.searchsorted(values, np.rint(each)), 1)

    def measure(drawn: NDArray[np.int64]) -> dict[str, float]:
        return {
            "spearman": spearman(scores[drawn], people[drawn]),
            "alpha": krippendorff_alpha(both[drawn], values, "ordinal"),
            "cohen_quadratic": cohen_kappa(of_judge[drawn], of_people[drawn], values, "quadratic"),
            "raw": float((of_judge[drawn] == of_people[drawn]).mean()),
            "error": float(np.abs(scores[drawn] - people[drawn]).mean()),
            "bias": float((scores[drawn] - people[drawn]).mean()),
        }

    return BesidePeople(
        rated=len(ids),
        figures=resampler.intervals([len(ids)], measure),
        people_alpha=resampler.interval(len(ids), lambda drawn: krippendorff_alpha(among[drawn], values, "ordinal")),
        threshold=fit_threshold(ids, scores, people >= good, resampler),
    )


def _counts(places: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    counts = np.zeros((len(places), size))
    for column in places.T:
        counts[np.arange(len(places)), column] += 1
    return counts
