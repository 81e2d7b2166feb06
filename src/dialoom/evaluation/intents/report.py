"""Figures with intervals, and how much of the gap to real data an arm closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from dialoom.evaluation.agreement import Interval, Resampler
from dialoom.evaluation.intents.experiment import Comparison, Fit
from dialoom.evaluation.intents.scores import MEASURES, measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over seeds: its mean with a 95% interval, and the standard deviation between seeds."""

    interval: Interval
    sd: float | None

    def to_json(self) -> dict[str, float | None]:
        return self.interval.to_json() | {"sd": self.sd}


@dataclass(frozen=True, slots=True)
class ArmReport:
    """What an arm does.

    Attributes:
        added: mean number of lines that it added; `leaks` how many were left out since they stand in the test.
        gap_closed: how much of the way from the best free arm to the ceiling it goes in macro F1 of the rare intents;
            1 is all of it. None for free arms, the ceiling, and where the ceiling is no better.
        loss: what the other intents' accuracy lost against no help; below 0 where it gained.
        per_intent: F1 and recall of each rare intent, means over the seeds that it is rare in.
        perplexity: see `dialoom.evaluation.intents.perplexity`; None where it was not measured.
    """

    arm: str
    about: str
    free: bool
    added: float
    leaks: int
    figures: dict[str, Figure]
    gap_closed: Interval | None
    loss: Figure | None
    slots: dict[str, Figure]
    per_intent: dict[str, dict[str, float]]
    perplexity: Figure | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "arm": self.arm,
            "about": self.about,
            "free": self.free,
            "added": self.added,
            "leaks": self.leaks,
            **{name: figure.to_json() for name, figure in self.figures.items()},
            "others_loss": None if self.loss is None else self.loss.to_json(),
            "gap_closed": None if self.gap_closed is None else self.gap_closed.to_json(),
            "slots": {name: figure.to_json() for name, figure in self.slots.items()},
            "perplexity": None if self.perplexity is None else self.perplexity.to_json(),
            "per_intent": self.per_intent,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Arms compared.

    Attributes:
        base: the best free arm, which gains are counted from; None where no free arm ran.
        ceiling: the arm of real data; None where there is none.
        seeds: how many.
        shared: how many training lines stand in the test: those of the data itself.
    """

    arms: list[ArmReport]
    base: str | None
    ceiling: str | None
    seeds: int
    shared: int

    def to_json(self) -> dict[str, Any]:
        return {
            "measures": MEASURES,
            "seeds": self.seeds,
            "best_free": self.base,
            "ceiling": self.ceiling,
            "train_lines_in_test": self.shared,
            "arms": [each.to_json() for each in self.arms],
        }


def report(comparison: Comparison, resampler: Resampler | None = None) -> Report:
    """The report of a comparison.

    Of three seeds or more an interval is Student's over seeds; of fewer, and where all seeds come to the same, it comes
    from resampled test lines. That of perplexity always does: seeds that draw other intents differ in how hard these
    are to foretell, whatever an arm adds. That of the gap closed comes from resampled seeds and test lines, the same
    for all arms: it is a ratio.
    """
    resampler = resampler or Resampler(500)
    means = {arm.name: _mean(comparison.values(arm.name, "rare_f1")) for arm in comparison.arms}
    free = [arm.name for arm in comparison.arms if arm.free]
    base = max(free, key=lambda name: means[name]) if free else None
    ceiling = next((arm.name for arm in comparison.arms if arm.ceiling), None)
    draws = _draws(comparison, resampler)
    arms = []
    for arm in comparison.arms:
        fits = comparison.fits[arm.name]
        gap = None
        if base and ceiling and not arm.free and not arm.ceiling and means[ceiling] > means[base]:
            gap = _gap(means, draws, arm.name, base, ceiling)
        arms.append(
            ArmReport(
                arm=arm.name,
                about=arm.about,
                free=arm.free,
                added=_mean([float(fit.added) for fit in fits]),
                leaks=sum(fit.leaks for fit in fits),
                figures={name: figure_of(fits, name, resampler) for name in MEASURES},
                gap_closed=gap,
                loss=_loss(comparison, arm.name),
                slots=_slots(fits, resampler),
                per_intent=_per_intent(fits),
                perplexity=perplexity_of(fits, resampler),
            )
        )
    seeds = max((len(fits) for fits in comparison.fits.values()), default=0)
    return Report(arms, base, ceiling, seeds, comparison.shared)


def over_seeds(values: list[float]) -> Figure:
    """The mean with Student's 95% interval; without one for fewer than three values."""
    found = [value for value in values if isfinite(value)]
    if not found:
        return Figure(Interval(None), None)
    mean = _mean(found)
    if len(found) < 2:
        return Figure(Interval(mean), None)
    sd = sqrt(sum((value - mean) ** 2 for value in found) / (len(found) - 1))
    if len(found) < 3:
        return Figure(Interval(mean), sd)
    from scipy.stats import t

    half = float(t.ppf(0.975, len(found) - 1)) * sd / sqrt(len(found))
    return Figure(Interval(mean, mean - half, mean + half), sd)


def figure_of(fits: Sequence[Fit], name: str, resampler: Resampler) -> Figure:
    """A measure of an arm over its seeds, with the interval that `report` tells of."""

    def again(lines: NDArray[np.int64]) -> float:
        return _mean([measure(fit.judged, fit.rare, lines)[name] for fit in fits])

    return _figure([fit.measures[name] for fit in fits], len(fits[0].judged.own), again, resampler)


def perplexity_of(fits: Sequence[Fit], resampler: Resampler) -> Figure | None:
    """The mean perplexity over seeds, with an interval from resampled test lines; None where it was not measured."""
    judged = [fit.surprise for fit in fits if fit.surprise is not None]
    if not judged:
        return None
    found = over_seeds([each.perplexity() for each in judged])
    if found.interval.value is None:
        return found

    def again(lines: NDArray[np.int64]) -> float:
        return _mean([each.perplexity(lines) for each in judged])

    return Figure(resampler.interval(len(judged[0].nats), again), found.sd)


def _figure(
    values: list[float], lines: int, again: Callable[[NDArray[np.int64]], float], resampler: Resampler
) -> Figure:
    found = over_seeds(values)
    # Seeds that come to the same say nothing of chance: Student's interval would have no width.
    if found.interval.value is None or (len(values) >= 3 and found.sd):
        return found
    return Figure(resampler.interval(lines, again), found.sd)


def _draws(comparison: Comparison, resampler: Resampler) -> dict[str, list[float]]:
    """The mean rare F1 of each arm over drawn seeds and test lines, draw by draw the same for all."""
    import numpy as np

    random = np.random.default_rng(resampler.seed)
    found: dict[str, list[float]] = {arm.name: [] for arm in comparison.arms}
    fits = next(iter(comparison.fits.values()), [])
    if not fits or len(found) < 2:
        return found
    lines = len(fits[0].judged.own)
    for _ in range(resampler.times):
        seeds = random.integers(0, len(fits), len(fits))
        taken = random.integers(0, lines, lines)
        for name, held in found.items():
            chosen = [comparison.fits[name][seed] for seed in seeds]
            held.append(_mean([measure(fit.judged, fit.rare, taken)["rare_f1"] for fit in chosen]))
    return found


def _gap(means: dict[str, float], draws: dict[str, list[float]], arm: str, base: str, ceiling: str) -> Interval:
    import numpy as np

    value = (means[arm] - means[base]) / (means[ceiling] - means[base])
    ratios = [
        (one - low) / (high - low)
        for one, low, high in zip(draws[arm], draws[base], draws[ceiling], strict=True)
        if high > low
    ]
    if len(ratios) * 2 < len(draws[arm]) or not ratios:
        return Interval(value)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _loss(comparison: Comparison, arm: str) -> Figure | None:
    if arm == "none" or "none" not in comparison.fits:
        return None
    before, after = comparison.values("none", "others_accuracy"), comparison.values(arm, "others_accuracy")
    return over_seeds([one - other for one, other in zip(before, after, strict=True)])


def _slots(fits: list[Fit], resampler: Resampler) -> dict[str, Figure]:
    scored = [fit.slots for fit in fits if fit.slots is not None]
    if not scored:
        return {}

    def figure(name: str) -> Figure:
        def again(lines: NDArray[np.int64]) -> float:
            return _mean([each.measures(lines)[name] for each in scored])

        return _figure([each.measures()[name] for each in scored], len(scored[0].hits), again, resampler)

    return {name: figure(name) for name in scored[0].measures()}


def _per_intent(fits: list[Fit]) -> dict[str, dict[str, float]]:
    """Without intents that have no test lines."""
    found: dict[str, list[dict[str, float]]] = {}
    for fit in fits:
        for intent in fit.rare:
            scores = measure(fit.judged, [intent])
            if isfinite(scores["rare_f1"]):
                found.setdefault(intent, []).append({"f1": scores["rare_f1"], "recall": scores["rare_recall"]})
    return {
        intent: {name: _mean([each[name] for each in scores]) for name in ("f1", "recall")} | {"seeds": len(scores)}
        for intent, scores in sorted(found.items())
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
