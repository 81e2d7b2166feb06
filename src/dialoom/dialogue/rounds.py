"""A turn's tool calls in the rounds in which they were made.

A speaker may call tools, see the results, and call others before it says something. All are calls of its one turn.
Where there is more than one round, or something was said with the calls, the turn's `meta` tells them apart:
`rounds: [{"calls": 2, "text": "Let me see."}, {"calls": 1}]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from dialoom.dialogue.turn import ToolCall, Turn

ROUNDS = "rounds"


class Round(NamedTuple):
    """Calls made at once, and what the speaker said with them."""

    text: str
    calls: Sequence[ToolCall]


def turn_with_rounds(speaker: str, rounds: Sequence[Round], text: str) -> Turn:
    """The turn of a speaker who made calls in rounds and said `text` at last."""
    turn = Turn(speaker=speaker, text=text, tool_calls=[call for each in rounds for call in each.calls])
    if len(rounds) > 1 or any(each.text for each in rounds):
        turn.meta[ROUNDS] = [
            {"calls": len(each.calls), **({"text": each.text} if each.text else {})} for each in rounds
        ]
    return turn


def rounds_of(turn: Turn) -> list[Round]:
    """The rounds of a turn's calls; all in one where its `meta` tells none, or none that fit."""
    told = _told(turn.meta.get(ROUNDS))
    if sum(one["calls"] for one in told) != len(turn.tool_calls):
        return [Round("", turn.tool_calls)] if turn.tool_calls else []
    rounds = []
    start = 0
    for one in told:
        rounds.append(Round(str(one.get("text") or ""), turn.tool_calls[start : start + one["calls"]]))
        start += one["calls"]
    return rounds


def _told(rounds: Any) -> list[dict[str, Any]]:
    """The rounds in a turn's `meta`; none where something in them is none."""
    if not isinstance(rounds, list):
        return []
    told = [one for one in rounds if isinstance(one, dict) and isinstance(one.get("calls"), int)]
    return told if len(told) == len(rounds) else []


def result_text(result: object) -> str:
    """A result as a model reads it: text as it is, else JSON."""
    return result if isinstance(result, str) else to_json(result, inf_nan_mode="null").decode()


def result_of(text: str) -> Any:
    """A result out of its text: objects and lists that are written as `result_text` writes them, else the text.

    Numbers stay text, too: nothing tells them from texts that look like them.
    """
    if not text.startswith(("{", "[")):
        return text
    try:
        value = from_json(text)
    except ValueError:
        return text
    return value if result_text(value) == text else text
