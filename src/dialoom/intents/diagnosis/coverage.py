"""Which variants each intent has, beside what the whole of the data has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.intents.utterances import Utterance
from dialoom.intents.variants import FEATURES

_USUAL = 0.05
_HELD = 2


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many lines of each intent have which value of each feature.

    Attributes:
        values: the values of each feature, in its own order.
        counts: by intent, feature and value.
        shares: by feature and value, of the whole data: the mean of the intents' shares, so that frequent ones do not
            drown the others.
    """

    values: dict[str, list[str]]
    counts: dict[str, dict[str, dict[str, int]]]
    shares: dict[str, dict[str, float]]

    def usual(self, feature: str) -> list[str]:
        """The values that a twentieth of the data or more has."""
        return [value for value in self.values[feature] if self.shares[feature][value] >= _USUAL]

    def gaps(self, intent: str) -> dict[str, list[str]]:
        """By feature, the usual values that an intent has in fewer than two lines."""
        found = {
            feature: [value for value in self.usual(feature) if self.counts[intent][feature][value] < _HELD]
            for feature in self.values
        }
        return {feature: values for feature, values in found.items() if values}

    def covered(self, intent: str) -> float:
        """The share of usual values that an intent has in two lines or more, 0..1."""
        usual = [(feature, value) for feature in self.values for value in self.usual(feature)]
        held = sum(self.counts[intent][feature][value] >= _HELD for feature, value in usual)
        return held / len(usual) if usual else 1.0

    def to_json(self) -> dict[str, Any]:
        return {"values": self.values, "shares": self.shares, "counts": self.counts}


def cover(utterances: Sequence[Utterance], features: Sequence[str] | None = None) -> Coverage:
    """The coverage of labelled utterances over features: all there are, or those named.

    Raises UnknownName for a feature that there is none of.
    """
    chosen = [FEATURES.load(name) for name in (features if features is not None else FEATURES.names())]
    intents = sorted({row.intent for row in utterances})
    counts: dict[str, dict[str, Counter[str]]] = {intent: {} for intent in intents}
    for feature in chosen:
        tell = feature.make(utterances)
        for intent in intents:
            counts[intent][feature.name] = Counter()
        for row in utterances:
            counts[row.intent][feature.name][tell(row)] += 1
    values = {feature.name: list(feature.values) for feature in chosen}
    full = {
        intent: {name: {value: counted[value] for value in values[name]} for name, counted in by_feature.items()}
        for intent, by_feature in counts.items()
    }
    return Coverage(values, full, {name: _mean_shares(full, name, values[name]) for name in values})


def _mean_shares(
    counts: Mapping[str, Mapping[str, Mapping[str, int]]], name: str, values: list[str]
) -> dict[str, float]:
    totals = dict.fromkeys(values, 0.0)
    for by_feature in counts.values():
        number = sum(by_feature[name].values())
        for value in values:
            totals[value] += by_feature[name][value] / number
    return {value: total / len(counts) for value, total in totals.items()}
