"""Out-of-scope pressure: which intents attract what belongs to none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialoom.intents.classifier import LogisticFitted, OutOfFold
from dialoom.intents.utterances import Utterance

if TYPE_CHECKING:
    from dialoom.intents.classifier import Vectors

_KEPT = 0.95
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Pressure:
    """What out-of-scope lines do to a classifier that was told of none.

    Attributes:
        lines: how many there are.
        confidence: what 95% of lines in scope reach in cross-validation: a line is accepted from there on.
        accepted: the share of out-of-scope lines that are.
        by_intent: of these, how many each intent took.
        examples: some of them by intent.
    """

    lines: int
    confidence: float
    accepted: float
    by_intent: dict[str, int]
    examples: dict[str, list[str]]

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "confidence": self.confidence,
            "accepted": self.accepted,
            "by_intent": self.by_intent,
            "examples": self.examples,
        }


def find_pressure(
    outside: Sequence[Utterance], vectors: Vectors, fitted: LogisticFitted, judged: OutOfFold
) -> Pressure:
    """The pressure of out-of-scope lines, by their vectors."""
    import numpy as np

    least = float(np.quantile(judged.probabilities.max(axis=1), 1 - _KEPT))
    probabilities = fitted.of_vectors(vectors)
    best = probabilities.argmax(axis=1)
    taken: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for row, place, sure in zip(outside, best, probabilities.max(axis=1), strict=True):
        if sure >= least:
            taken[fitted.intents[place]].append((float(sure), row.text))
    by_intent = Counter({intent: len(lines) for intent, lines in taken.items()})
    return Pressure(
        lines=len(outside),
        confidence=least,
        accepted=by_intent.total() / len(outside),
        by_intent=dict(by_intent.most_common()),
        examples={
            intent: [text for _, text in sorted(lines)[: -_EXAMPLES - 1 : -1]] for intent, lines in taken.items()
        },
    )
