"""What a dialogue has under a name: a field, a tag or a metric."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics import METRICS

OWN = ("topic", "scenario", "style", "summary", "plan", "intent", "provenance")
"""Names that every dialogue knows."""

_ABSENT = object()


def value_of(dialogue: Dialogue, name: str) -> Any:
    """The value under a name such as `topic`, `plan.emotion` or `turns`; None where there is none.

    Fields go before tags, and tags before metrics, which are measured. `intent` is the record's own, or else those of
    the turns, each once.
    """
    for held in (_own(dialogue), dialogue.fields, dialogue.tags):
        value = held[name] if name in held else _within(held, name.split("."))
        if value is not _ABSENT and value is not None:
            return value
    if name == "intent":
        return list(dict.fromkeys(turn.intent for turn in dialogue.turns if turn.intent)) or None
    measured = METRICS.load(name).measure(dialogue) if name in METRICS.names() else None
    return None if isinstance(measured, float) and isnan(measured) else measured


def _own(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "topic": dialogue.topic,
        "scenario": dialogue.scenario,
        "style": dialogue.style,
        "summary": dialogue.summary,
        "plan": dialogue.plan.model_dump(exclude_none=True) if dialogue.plan else None,
        "provenance": dialogue.lineage.provenance,
        "seed": dialogue.lineage.seed,
    }


def _within(held: Mapping[str, Any], steps: list[str]) -> Any:
    value: Any = held
    for step in steps:
        if not isinstance(value, Mapping) or step not in value:
            return _ABSENT
        value = value[step]
    return value
