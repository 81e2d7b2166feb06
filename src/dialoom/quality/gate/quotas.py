"""Quotas: at most so many dialogues of each value of a field, or of each band of a metric."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue import Dialogue
from dialoom.quality.gate.settings import Quota
from dialoom.quality.gate.values import value_of

# For each quota, by its name, the values of one dialogue that it counts.
Counted = Mapping[str, Sequence[str]]


class Quotas:
    """Counts the dialogues that are kept, and says which quota has no room for another.

    First come, first kept, so dialogues have to be given in an order that means something: that of their seeds. A
    dialogue without a value is not bounded; one with a list of values counts for each, and needs room in each.
    """

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        self._quotas = quotas
        self._kept: Counter[tuple[str, str]] = Counter()

    def read(self, dialogue: Dialogue) -> Counted:
        """What of a dialogue is counted."""
        return {name: _labels(value_of(dialogue, name), quota) for name, quota in self._quotas.items()}

    def note(self, counted: Counted) -> None:
        """Count a dialogue that was kept before."""
        self._kept.update((name, label) for name, labels in counted.items() for label in labels)

    def take(self, counted: Counted) -> str | None:
        """Count a dialogue where there is room for it, else the reason why there is none."""
        for name, labels in counted.items():
            quota = self._quotas[name]
            for label in labels:
                most = quota.of.get(label, quota.max)
                if self._kept[name, label] >= most:
                    said = label if quota.bands else f"'{label}'"
                    return f"quota: {name} {said} has its {most}"
        self.note(counted)
        return None


def _labels(value: Any, quota: Quota) -> list[str]:
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return list(dict.fromkeys(label for item in value for label in _labels(item, quota)))
    if quota.bands is None:
        return [value if isinstance(value, str) else to_json(value).decode()]
    if not isinstance(value, (int, float)):
        return ["without a number"]
    return [_band(quota.bands, value)]


def _band(bands: list[float], value: float) -> str:
    place = bisect_right(bands, value)
    if place == 0:
        return f"under {bands[0]:g}"
    if place == len(bands):
        return f"from {bands[-1]:g}"
    return f"{bands[place - 1]:g} to under {bands[place]:g}"
