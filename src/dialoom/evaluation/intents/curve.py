"""The learning curve: what each further line is worth, and from where on it is worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dialoom.evaluation.agreement import Resampler
from dialoom.evaluation.intents.arms import Arm
from dialoom.evaluation.intents.experiment import Experiment, Fit, Problem
from dialoom.evaluation.intents.report import Figure, figure_of, perplexity_of
from dialoom.intents.classifier import LogisticFitted

_WORTH = 0.005
AMOUNTS = (0, 2, 5, 10, 20, 30, 45, 70, 100)


@dataclass(frozen=True, slots=True)
class Curve:
    """Macro F1 of the rare intents by how many lines were added to each.

    Attributes:
        amounts: how many lines were asked for of each rare intent; the last of them the arm may not have had in full.
        added: the mean number of lines that were added at each amount, all rare intents together.
        perplexities: at each amount; None where it was not measured.
        enough: the least amount beyond which no more than `worth` was gained; None where the largest still gained.
        ran_out: whether larger amounts were left out since the arm had no further lines.
    """

    arm: str
    amounts: list[int]
    figures: list[Figure]
    worth: float
    enough: int | None
    added: list[float]
    perplexities: list[Figure | None]
    ran_out: bool

    def to_json(self) -> dict[str, Any]:
        points: list[dict[str, Any]] = [
            {"lines": amount, "added": added}
            | figure.to_json()
            | {"perplexity": None if perplexity is None else perplexity.to_json()}
            for amount, added, figure, perplexity in zip(
                self.amounts, self.added, self.figures, self.perplexities, strict=True
            )
        ]
        return {
            "arm": self.arm,
            "points": points,
            "worth": self.worth,
            "enough": self.enough,
            "ran_out": self.ran_out,
        }


def learning_curve(
    experiment: Experiment,
    problems: Iterable[Problem],
    arm: Arm | Callable[[Problem], Arm],
    amounts: Sequence[int] = AMOUNTS,
    worth: float = _WORTH,
    told: Callable[[str], None] = lambda _: None,
    resampler: Resampler | None = None,
) -> Curve:
    """The curve of an arm; amounts are nested: the lines of a smaller one are among those of a larger one.

    It ends where the arm has no further lines: to train on the same again would look like a return that diminished.

    Args:
        worth: what a gain has to exceed to count, in macro F1 (0..1).
        resampler: draws test lines for the intervals, as in `report`.
    """
    resampler = resampler or Resampler(500)
    ordered = sorted({amount for amount in amounts if 0 <= amount <= experiment.most})
    found: dict[int, list[Fit]] = {amount: [] for amount in ordered}
    name = ""
    for problem in problems:
        chosen = arm(problem) if callable(arm) and not isinstance(arm, Arm) else arm
        assert isinstance(chosen, Arm)
        name = chosen.name
        start: LogisticFitted | None = None
        fit: Fit | None = None
        for amount in ordered:
            asked = replace(experiment, most=amount)
            added, leaks = asked.additions(problem, chosen)
            if fit is None or len(added) != fit.added:
                told(f"seed {problem.seed}: {amount} lines of {name}")
                fit, fitted = asked.fit_added(problem, chosen, added, leaks, start)
                start = start or fitted
            found[amount].append(fit)
    means = [sum(fit.added for fit in found[amount]) / max(1, len(found[amount])) for amount in ordered]
    # Amounts are nested, so that a mean which did not grow means that no seed had a further line.
    grown = [place for place in range(len(ordered)) if not place or means[place] > means[place - 1]]
    figures = [figure_of(found[ordered[place]], "rare_f1", resampler) for place in grown]
    kept = [ordered[place] for place in grown]
    return Curve(
        arm=name,
        amounts=kept,
        figures=figures,
        worth=worth,
        enough=enough([each.interval.value for each in figures], kept, worth),
        added=[means[place] for place in grown],
        perplexities=[perplexity_of(found[amount], resampler) for amount in kept],
        ran_out=bool(ordered) and kept[-1] != ordered[-1],
    )


def enough(means: Sequence[float | None], amounts: Sequence[int], worth: float) -> int | None:
    """The point of diminishing return: the least amount that no larger one betters by more than `worth`.

    None where that is the largest amount, unless it is the only one: it still gained, and more may gain more.
    """
    for place, (mean, amount) in enumerate(zip(means, amounts, strict=True)):
        later = [value for value in means[place + 1 :] if value is not None]
        if mean is not None and later and all(value - mean <= worth for value in later):
            return amount
    return None
