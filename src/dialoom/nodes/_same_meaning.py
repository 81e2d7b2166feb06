"""Asking a model whether two utterances mean the same."""

from __future__ import annotations

from typing import Any

from dialoom.graph.context import Context
from dialoom.models import Message

_TOKENS = 80
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {"difference": {"type": "string", "maxLength": 120}, "same": {"type": "boolean"}},
    "required": ["difference", "same"],
    "additionalProperties": False,
}


def _both(old: str, new: str) -> str:
    return f"First: {old}\nSecond: {new}"


_SHOWN: tuple[Message, ...] = (
    {
        "role": "system",
        "content": "You compare two utterances, in whatever languages. Do they ask for, state or answer the same? "
        "Other words, another tone and names in place of names change nothing; what is left out, added or turned "
        "around does.",
    },
    {"role": "user", "content": _both("Could I change my seat, please?", "I'd like to sit somewhere else.")},
    {"role": "assistant", "content": '{"difference":"none, both ask for another seat","same":true}'},
    {"role": "user", "content": _both("Please cancel my order.", "Where is my order?")},
    {"role": "assistant", "content": '{"difference":"one cancels the order, the other asks for it","same":false}'},
)


async def difference(old: str, new: str, model: str, sample: int, context: Context) -> str | None:
    """What `model` says that one utterance means and the other does not; None where they mean the same."""
    messages = [*_SHOWN, {"role": "user", "content": _both(old, new)}]
    params = {"temperature": 0, "max_tokens": _TOKENS}
    said = await context.ask_json(model, messages, _ANSWER, params=params, sample=sample)
    return None if said["same"] else str(said["difference"])
