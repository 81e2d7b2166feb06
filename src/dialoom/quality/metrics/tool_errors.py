"""How many calls of tools fail."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric


def tool_errors(dialogue: Dialogue) -> int:
    """The number of tool calls whose result is an error, `{"error": ...}`."""
    results = [call.result for turn in dialogue.turns for call in turn.tool_calls]
    return sum(isinstance(result, dict) and list(result) == ["error"] for result in results)


METRIC = Metric(
    "tool_errors", "number of tool calls with an error as their result", "int", tool_errors, range=(0, float("inf"))
)
