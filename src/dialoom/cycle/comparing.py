"""The report on test data that nothing has touched: made lines beside what costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialoom.cycle.folder import Row
from dialoom.cycle.mixtures import Mixture
from dialoom.cycle.sets import Sets
from dialoom.evaluation.agreement import Resampler
from dialoom.evaluation.intents import ARMS, Arm, Experiment, Problem
from dialoom.evaluation.intents.experiment import Fit
from dialoom.evaluation.intents.report import over_seeds
from dialoom.evaluation.intents.scores import measure
from dialoom.intents.classifier import LogisticFitted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

OURS = "dialoom"
_TIMES = 300
_MEASURES = ("rare_f1", "rare_recall", "others_accuracy", "oos_accepted", "oos_as_rare")


@dataclass(frozen=True, slots=True)
class _Fits:
    arm: Arm
    fits: list[Fit]


def compare_on_test(
    sets: Sets,
    embed: Embed,
    kept: Sequence[Row],
    mixture: Mixture,
    arms: Sequence[str],
    seeds: int,
    most: int,
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Every arm on the test data.

    `dialoom` is the mixture that the validation data chose, `dialoom, plain` and `dialoom, weights` are the made lines
    without and with class weights. Arms that draw are fitted once a seed, the others once. Intervals are 95%, from
    resampled test lines.
    """
    assert sets.test is not None
    experiment = Experiment(embed, sets.test, most)
    ours = [
        mixture.arm(kept, name=OURS),
        Mixture().arm(kept, name=f"{OURS}, plain"),
        Mixture(weights=True).arm(kept, name=f"{OURS}, weights"),
    ]
    start: LogisticFitted | None = None
    found: list[_Fits] = []
    for arm in (*(ARMS.load(name) for name in dict.fromkeys(("none", *arms))), *ours):
        fits: list[Fit] = []
        for seed in range(seeds):
            if seed == 1 and not _draws(arm, sets, embed, most):
                break
            fit, fitted = experiment.fit(Problem(sets.train.rows, sets.rare, seed), arm, start)
            start = start or fitted
            fits.append(fit)
        told(f"{arm.name}: macro F1 of the rare intents {_mean([fit.measures['rare_f1'] for fit in fits]):.1%}")
        found.append(_Fits(arm, fits))
    return _report(found, sets)


def _draws(arm: Arm, sets: Sets, embed: Embed, most: int) -> bool:
    """Whether an arm adds other lines for another seed."""
    from dialoom.evaluation.intents import Scene

    one, other = (
        [row.text for row in arm.add(Scene(sets.train.rows, sets.rare, most, seed, embed))] for seed in (0, 1)
    )
    return one != other


def _report(found: Sequence[_Fits], sets: Sets) -> dict[str, Any]:
    assert sets.test is not None
    none = next(each for each in found if each.arm.name == "none")
    rows = []
    for each in found:
        row: dict[str, Any] = {"arm": each.arm.name, "about": each.arm.about, "free": each.arm.free}
        row |= {"added": _mean([float(fit.added) for fit in each.fits]), "leaks": sum(fit.leaks for fit in each.fits)}
        for name in _MEASURES:
            values = [fit.measures[name] for fit in each.fits]
            row[name] = {"value": _finite(_mean(values)), "sd": over_seeds(values).sd}
        row["rare_f1"] |= _ends(each.fits)
        row["others_loss"] = _finite(
            _mean([fit.measures["others_accuracy"] for fit in none.fits])
            - _mean([fit.measures["others_accuracy"] for fit in each.fits])
        )
        rows.append(row)
    free = [row for row in rows if row["free"]]
    base = max(free, key=lambda row: row["rare_f1"]["value"])
    ours = next(row for row in rows if row["arm"] == OURS)
    fits = {each.arm.name: each.fits for each in found}
    return {
        "on": "test",
        "lines": len(sets.test.rows),
        "outside": len(sets.test.outside),
        "rare": list(sets.rare),
        "best_free": base["arm"],
        "ahead": {
            "value": ours["rare_f1"]["value"] - base["rare_f1"]["value"],
            **_ends(fits[OURS], fits[base["arm"]]),
        },
        "per_intent": _per_intent(fits["none"], fits[base["arm"]], fits[OURS]),
        "arms": rows,
    }


def _ends(fits: Sequence[Fit], less: Sequence[Fit] = ()) -> dict[str, float | None]:
    """The interval of macro F1, or of what it is more than that of others, from resampled lines."""

    def value(lines: NDArray[np.int64]) -> float:
        one = _mean([measure(fit.judged, fit.rare, lines)["rare_f1"] for fit in fits])
        return one - (_mean([measure(fit.judged, fit.rare, lines)["rare_f1"] for fit in less]) if less else 0.0)

    found = Resampler(_TIMES).interval(len(fits[0].judged.own), value)
    return {"low": found.low, "high": found.high}


def _per_intent(none: Sequence[Fit], base: Sequence[Fit], ours: Sequence[Fit]) -> dict[str, dict[str, float]]:
    """F1 of each rare intent: without help, by the best free arm, by ours."""
    return {
        intent: {
            name: _mean([measure(fit.judged, [intent])["rare_f1"] for fit in fits])
            for name, fits in (("none", none), ("best_free", base), (OURS, ours))
        }
        for intent in ours[0].rare
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _finite(value: float) -> float | None:
    return value if value == value else None
