"""Which intents are taken for which others, and where a classifier is unsure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.intents.classifier import OutOfFold
from dialoom.intents.utterances import Utterance

_UNSURE = 0.2
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Lines of an intent that were taken for another."""

    intent: str
    taken_for: str
    lines: int
    share: float
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "taken_for": self.taken_for,
            "lines": self.lines,
            "share": self.share,
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class Unsure:
    """A region between two intents: lines whose two likeliest intents are these and nearly equally likely."""

    between: tuple[str, str]
    lines: int
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"between": list(self.between), "lines": self.lines, "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class Scores:
    """How an intent fares in cross-validation. `precision` is None where nothing was taken for it."""

    recall: float
    precision: float | None
    unsure: float

    @property
    def f1(self) -> float:
        if not self.precision or not self.recall:
            return 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def score(rows: Sequence[Utterance], judged: OutOfFold) -> dict[str, Scores]:
    """Recall, precision and the share of unsure lines of each intent."""
    margins = _margins(judged)
    predicted = judged.predicted
    taken = Counter(predicted)
    lines: Counter[str] = Counter()
    right: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for row, told, margin in zip(rows, predicted, margins, strict=True):
        lines[row.intent] += 1
        right[row.intent] += told == row.intent
        unsure[row.intent] += margin < _UNSURE
    return {
        intent: Scores(
            right[intent] / number, right[intent] / taken[intent] if taken[intent] else None, unsure[intent] / number
        )
        for intent, number in lines.items()
    }


def mistakes(rows: Sequence[Utterance], judged: OutOfFold) -> list[Mistaken]:
    """Each intent that was taken for another, the most lines first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    totals = Counter(row.intent for row in rows)
    for row, told in zip(rows, judged.predicted, strict=True):
        if told != row.intent:
            found[row.intent, told].append(row.text)
    told_of = [
        Mistaken(intent, other, len(texts), len(texts) / totals[intent], tuple(texts[:_EXAMPLES]))
        for (intent, other), texts in found.items()
    ]
    return sorted(told_of, key=lambda one: (-one.lines, -one.share, one.intent, one.taken_for))


def unsure(rows: Sequence[Utterance], judged: OutOfFold) -> list[Unsure]:
    """Where the classifier is unsure: the difference of the two highest probabilities is below 0.2."""
    best = judged.probabilities.argsort(axis=1)[:, -2:]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row, margin, (second, first) in zip(rows, _margins(judged), best, strict=True):
        if margin < _UNSURE:
            one, other = sorted((judged.intents[first], judged.intents[second]))
            found[one, other].append(row.text)
    regions = [Unsure(pair, len(texts), tuple(texts[:_EXAMPLES])) for pair, texts in found.items()]
    return sorted(regions, key=lambda one: (-one.lines, one.between))


def _margins(judged: OutOfFold) -> list[float]:
    ordered = judged.probabilities.copy()
    ordered.sort(axis=1)
    margins: list[float] = (ordered[:, -1] - ordered[:, -2]).tolist()
    return margins
