"""What classifiers say of the validation data: given data, or each fold of the training data in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dialoom.cycle.folder import Row
from dialoom.cycle.folds import deal
from dialoom.cycle.mixtures import Mixture
from dialoom.cycle.planning import Standing
from dialoom.cycle.sets import Sets, key
from dialoom.evaluation.agreement import Interval, Resampler
from dialoom.evaluation.intents import Arm, Experiment, Problem
from dialoom.evaluation.intents.scores import Judged, measure
from dialoom.intents.classifier import LogisticFitted
from dialoom.intents.utterances import Labelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

_TIMES = 300


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of each line in scope, in one order for all arms.

    Attributes:
        own: the right intent of each; `told` the one that was said.
    """

    own: tuple[str, ...]
    told: tuple[str, ...]

    def judged(self) -> Judged:
        import numpy as np

        names = sorted({*self.own, *self.told})
        place = {name: number for number, name in enumerate(names)}
        own, told = (np.array([place[name] for name in each], dtype=np.int64) for each in (self.own, self.told))
        nothing = np.zeros(0, dtype=np.int64)
        return Judged(names, own, told, np.ones(len(own)), nothing, np.zeros(0))

    def rare_f1(self, rare: Sequence[str]) -> float:
        """Macro F1 over the rare intents that lines were judged of."""
        return measure(self.judged(), rare)["rare_f1"]

    def others(self, rare: Sequence[str]) -> float:
        """Accuracy on the other intents."""
        return measure(self.judged(), rare)["others_accuracy"]

    def f1s(self) -> dict[str, float]:
        """F1 of each intent."""
        hits = Counter(own for own, told in zip(self.own, self.told, strict=True) if own == told)
        lines, said = Counter(self.own), Counter(self.told)
        return {name: 2 * hits[name] / (lines[name] + said[name]) for name in lines}

    def standings(self, rare: Sequence[str], lines: Mapping[str, int], kept: Mapping[str, int]) -> list[Standing]:
        """How each rare intent fares."""
        f1s = self.f1s()
        found = []
        for intent in rare:
            mine = [told for own, told in zip(self.own, self.told, strict=True) if own == intent]
            wrong = Counter(told for told in mine if told != intent)
            found.append(
                Standing(
                    intent=intent,
                    lines=lines.get(intent, 0),
                    recall=mine.count(intent) / len(mine) if mine else 0.0,
                    f1=f1s.get(intent, 0.0),
                    taken_for=wrong.most_common(1)[0][0] if wrong else None,
                    kept=kept.get(intent, 0),
                )
            )
        return found

    def usual(self, rare: Sequence[str]) -> float:
        """The mean F1 of the other intents."""
        values = [value for name, value in self.f1s().items() if name not in rare]
        return sum(values) / len(values) if values else 1.0

    def to_json(self) -> dict[str, Any]:
        return {"own": list(self.own), "told": list(self.told)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Said:
        return cls(tuple(value["own"]), tuple(value["told"]))


def gain(after: Said, before: Said, rare: Sequence[str]) -> Interval:
    """How much macro F1 of the rare intents is higher, with a 95% interval from resampled lines, the same for both."""
    one, other = after.judged(), before.judged()

    def difference(lines: NDArray[np.int64]) -> float:
        return measure(one, rare, lines)["rare_f1"] - measure(other, rare, lines)["rare_f1"]

    return Resampler(_TIMES).interval(len(after.own), difference)


@dataclass(slots=True)
class Judges:
    """Fits arms, and lets them judge the validation data.

    Attributes:
        fold_of: by the words of a training line its fold; None where there is validation data.
    """

    sets: Sets
    embed: Embed
    most: int
    folds: int
    seed: int
    fold_of: Mapping[str, int] | None = None
    _fold: list[int] = field(init=False, default_factory=list)
    _starts: dict[int, LogisticFitted] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.sets.train.rows
        if self.sets.valid is None:
            self._fold = deal(rows, self.folds, self.seed)
            self.fold_of = {key(row.text): fold for row, fold in zip(rows, self._fold, strict=True)}

    def say(self, arm: Arm) -> Said:
        """What an arm says that adds nothing made from real lines, or adds what it makes of the lines it is given."""
        return self._said(lambda _: arm)

    def mixed(self, mixture: Mixture, rows: Sequence[Row]) -> Said:
        """What a mixture says. In a fold it goes without the lines that were made of what is held out there."""

        def arm(fold: int) -> Arm:
            return mixture.arm(rows, lambda row: self._knows_nothing(row, fold))

        return self._said(arm)

    def _knows_nothing(self, row: Row, fold: int) -> bool:
        fold_of = self.fold_of
        return fold_of is None or all(fold_of.get(key(text)) != fold for text in row["of"])

    def _said(self, arm_of: Any) -> Said:
        rare = self.sets.rare
        train = self.sets.train.rows
        if self.sets.valid is not None:
            return self._one(
                0, Experiment(self.embed, self.sets.valid, self.most), Problem(train, rare, self.seed), arm_of(0)
            )
        own: dict[int, str] = {}
        told: dict[int, str] = {}
        for fold in range(self.folds):
            held = [place for place, each in enumerate(self._fold) if each == fold]
            if not held:
                continue
            rest = tuple(row for row, each in zip(train, self._fold, strict=True) if each != fold)
            experiment = Experiment(self.embed, Labelled(tuple(train[place] for place in held)), self.most)
            said = self._one(fold, experiment, Problem(rest, rare, self.seed), arm_of(fold))
            own |= dict(zip(held, said.own, strict=True))
            told |= dict(zip(held, said.told, strict=True))
        return Said(tuple(own[place] for place in sorted(own)), tuple(told[place] for place in sorted(told)))

    def _one(self, fold: int, experiment: Experiment, problem: Problem, arm: Arm) -> Said:
        fit, fitted = experiment.fit(problem, arm, self._starts.get(fold))
        self._starts.setdefault(fold, fitted)
        names = fit.judged.intents
        return Said(
            tuple(names[place] for place in fit.judged.own.tolist()),
            tuple(names[place] for place in fit.judged.told.tolist()),
        )
