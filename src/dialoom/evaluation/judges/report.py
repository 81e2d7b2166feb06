"""All that is measured of judges, in one report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler
from dialoom.evaluation.agreement.correlation import partial_spearman, spearman
from dialoom.evaluation.agreement.ratings import Rating
from dialoom.evaluation.judges.judged import Judged, Measure
from dialoom.evaluation.judges.people import BesidePeople, beside_people, mean_ratings
from dialoom.evaluation.judges.position import PositionBias, position_bias
from dialoom.evaluation.judges.real import BesideReal, beside_real

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST_RATED = 5


@dataclass(frozen=True, slots=True)
class Verbosity:
    """How a judge's scores go with length in words.

    Attributes:
        spearman: rank correlation of score and length.
        partial: the same with people's ratings held fixed: what length does to the score beyond what it does to people.
            None where too few were rated.
    """

    spearman: Interval
    partial: Interval

    def to_json(self) -> dict[str, Any]:
        return {"spearman": self.spearman.to_json(), "partial": self.partial.to_json()}


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What is known of one judge's scores of one criterion."""

    measure: Measure
    real: BesideReal
    verbosity: Verbosity
    people: BesidePeople | None

    def to_json(self) -> dict[str, Any]:
        return {
            **self.measure._asdict(),
            "beside_real": self.real.to_json(),
            "verbosity": self.verbosity.to_json(),
            "beside_people": self.people.to_json() if self.people else None,
        }


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """The report: one part for each measure, and the position bias of each judge of pairs.

    Attributes:
        unmatched: people's ratings whose unit is no judged dialogue.
    """

    measures: list[MeasureReport]
    pairs: dict[tuple[str, str], PositionBias]
    unmatched: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "measures": [one.to_json() for one in self.measures],
            "pairs": [{"tag": tag, "judge": judge} | bias.to_json() for (tag, judge), bias in self.pairs.items()],
            "unmatched_ratings": self.unmatched,
        }


def evaluate_judges(
    judged: Sequence[Judged], ratings: Sequence[Rating], good: float | None, resampler: Resampler
) -> JudgeReport:
    """Hold judges to account.

    Args:
        judged: synthetic and real dialogues with their scores.
        ratings: people's; those of an item are beside the criterion of that name, an item `overall` or the only one
            beside `overall`.
        good: the mean rating from which on people find a dialogue good; left out, the middle of their scale and above.
    """
    people = mean_ratings(ratings)
    known = {name for one in judged for name in (one.id, *one.aliases)}
    measures = sorted({measure for one in judged for measure in one.scores})
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in judged:
        for key, choice in one.choices.items():
            pairs.setdefault(key, []).append(choice)
    return JudgeReport(
        [_of(measure, judged, _item(people, measure.criterion), good, resampler) for measure in measures],
        {key: position_bias(choices, resampler) for key, choices in sorted(pairs.items())},
        sum(rating.unit not in known for rating in ratings),
    )


def _item(people: dict[str, dict[str, list[float]]], criterion: str) -> dict[str, list[float]]:
    if criterion == "overall" and len(people) == 1:
        return next(iter(people.values()))
    return people.get(criterion, {})


def _of(
    measure: Measure,
    judged: Sequence[Judged],
    rated: dict[str, list[float]],
    good: float | None,
    resampler: Resampler,
) -> MeasureReport:
    scored = [one for one in judged if measure in one.scores]
    scores = np.array([one.scores[measure] for one in scored])
    words = np.array([one.words for one in scored], dtype=float)
    real = np.array([one.real for one in scored], dtype=bool)
    names = [next((name for name in (one.id, *one.aliases) if name in rated), None) for one in scored]
    both = np.array([name is not None for name in names], dtype=bool)
    given = [rated[name] for name in names if name is not None]
    enough = len(given) >= _FEWEST_RATED
    means = np.array([float(np.mean(each)) for each in given])
    plain = resampler.interval(len(scored), lambda drawn: spearman(scores[drawn], words[drawn]))
    partial = Interval(None)
    beside: BesidePeople | None = None
    if enough:
        own, long = scores[both], words[both]

        def partly(drawn: NDArray[np.int64]) -> float:
            return partial_spearman(own[drawn], long[drawn], means[drawn])

        partial = resampler.interval(len(own), partly)
        numbers = [number for each in given for number in each]
        middle = (min(numbers) + max(numbers)) / 2
        ids = [name for name in names if name is not None]
        beside = beside_people(ids, own, given, middle if good is None else good, resampler)
    return MeasureReport(
        measure, beside_real(scores[~real], scores[real], resampler), Verbosity(plain, partial), beside
    )
