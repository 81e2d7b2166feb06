"""A dialogue as the value of a record's field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dialoom.dialogue import Turn, write_script

_TURN: Final = {
    "type": "object",
    "properties": {
        **{name: {} for name in Turn.model_fields},
        "speaker": {"type": "string"},
        "text": {"type": "string"},
    },
    "additionalProperties": False,
}
DIALOGUE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"turns": {"type": "array", "items": _TURN}, "script": {"type": "string"}},
    "additionalProperties": False,
}
"""What is known of it."""


def dialogue_value(turns: Sequence[Turn]) -> dict[str, Any]:
    """The turns, and their script for prompts."""
    return {"turns": [turn.model_dump(exclude_defaults=True) for turn in turns], "script": write_script(turns)}
