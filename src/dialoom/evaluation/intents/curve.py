"""The learning curve: what each further line is worth, and from where on it is worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dialoom.evaluation.intents.arms import Arm
from dialoom.evaluation.intents.experiment import Experiment, Problem
from dialoom.evaluation.intents.report import Figure, over_seeds

_WORTH = 0.005
AMOUNTS = (0, 2, 5, 10, 20, 30, 45, 70, 100)


@dataclass(frozen=True, slots=True)
class Curve:
    """Macro F1 of the rare intents by how many lines were added to each.

    Attributes:
        enough: the least amount beyond which no more than `worth` was gained; None where the largest still gained.
    """

    arm: str
    amounts: list[int]
    figures: list[Figure]
    worth: float
    enough: int | None

    def to_json(self) -> dict[str, Any]:
        points = [
            {"lines": amount} | figure.to_json() for amount, figure in zip(self.amounts, self.figures, strict=True)
        ]
        return {"arm": self.arm, "points": points, "worth": self.worth, "enough": self.enough}


def learning_curve(
    experiment: Experiment,
    problems: Iterable[Problem],
    arm: Arm | Callable[[Problem], Arm],
    amounts: Sequence[int] = AMOUNTS,
    worth: float = _WORTH,
    told: Callable[[str], None] = lambda _: None,
) -> Curve:
    """The curve of an arm; amounts are nested: the lines of a smaller one are among those of a larger one.

    Args:
        worth: what a gain has to exceed to count, in macro F1 (0..1).
    """
    ordered = sorted({amount for amount in amounts if 0 <= amount <= experiment.most})
    found: dict[int, list[float]] = {amount: [] for amount in ordered}
    name = ""
    for problem in problems:
        chosen = arm(problem) if callable(arm) and not isinstance(arm, Arm) else arm
        assert isinstance(chosen, Arm)
        name = chosen.name
        start = None
        for amount in ordered:
            told(f"seed {problem.seed}: {amount} lines of {name}")
            fit, fitted = replace(experiment, most=amount).fit(problem, chosen, start)
            start = start or fitted
            found[amount].append(fit.measures["rare_f1"])
    figures = [over_seeds(found[amount]) for amount in ordered]
    return Curve(name, ordered, figures, worth, enough([each.interval.value for each in figures], ordered, worth))


def enough(means: Sequence[float | None], amounts: Sequence[int], worth: float) -> int | None:
    """The point of diminishing return: the least amount that no larger one betters by more than `worth`.

    None where that is the largest amount, unless it is the only one: it still gained, and more may gain more.
    """
    for place, (mean, amount) in enumerate(zip(means, amounts, strict=True)):
        later = [value for value in means[place + 1 :] if value is not None]
        if mean is not None and later and all(value - mean <= worth for value in later):
            return amount
    return None
