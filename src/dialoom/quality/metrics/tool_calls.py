"""How many tools are called."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric


def tool_calls(dialogue: Dialogue) -> int:
    """The number of tool calls in all turns."""
    return sum(len(turn.tool_calls) for turn in dialogue.turns)


METRIC = Metric("tool_calls", "number of tool calls", "int", tool_calls, range=(0, float("inf")))
