"""Replies as values of a record's field, and the turns that they follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from dialoom.dialogue import Turn
from dialoom.errors import RecordError

_USER, _ASSISTANT = "User", "Assistant"
REPLY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "speaker": {"type": "string"},
        "text": {"type": "string"},
        "model": {"type": "string"},
        "sample": {"type": "integer"},
        "fault": {"type": "string"},
    },
    "additionalProperties": False,
}
"""What a reply is: who says what, and how it came to be said."""


def turns_in(fields: Mapping[str, Any], name: str) -> list[Turn]:
    """The turns in a field: of a dialogue, a list of turns, or a text, which is one turn of a user; none where there is
    no such field.

    Raises RecordError where the field holds something else.
    """
    value = fields.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [Turn(speaker=_USER, text=value)]
    held = value.get("turns") if isinstance(value, Mapping) else value
    if not isinstance(held, list):
        raise _no_turns(name)
    try:
        return [Turn.model_validate(turn) for turn in held]
    except ValidationError as error:
        raise _no_turns(name) from error


def replies_in(fields: Mapping[str, Any], name: str, speaker: str) -> Iterator[dict[str, Any]]:
    """The replies in a field: one, or a list of them, each an object with `text`, or a text, said by `speaker`; of a
    dialogue its last turn; of a mapping of models to texts, such as `poll` writes, each.

    Raises RecordError where there are none, or what is there is no reply.
    """
    value = fields.get(name)
    if isinstance(value, Mapping) and "text" not in value and value and all(isinstance(v, str) for v in value.values()):
        value = [{"text": text, "model": model} for model, text in value.items()]
    for one in value if isinstance(value, list) else [value]:
        held = one
        if isinstance(one, Mapping) and isinstance(one.get("turns"), list) and one["turns"]:
            held = one["turns"][-1]
        if isinstance(held, str):
            held = {"text": held}
        if not isinstance(held, Mapping) or not isinstance(held.get("text"), str) or not held["text"].strip():
            raise RecordError(
                f"the field '{name}' holds no reply: {one!r:.60}", remedy="a reply is a text, or an object with 'text'"
            )
        yield {"speaker": speaker, **held}


def next_speaker(turns: Sequence[Turn], fields: Mapping[str, Any], speaker: str | None) -> str:
    """Who speaks next: the one that was named, or else who spoke before the last one, or the other one of two."""
    if speaker is not None:
        return speaker
    said = [turn.speaker for turn in turns]
    before = [name for name in said if name != said[-1]]
    if before:
        return before[-1]
    personas = fields.get("personas")
    names = [str(p["name"]) for p in personas if isinstance(p, Mapping) and p.get("name")] if personas else []
    others = [name for name in names if not said or name != said[-1]]
    return others[0] if others else _ASSISTANT


def _no_turns(name: str) -> RecordError:
    return RecordError(
        f"the field '{name}' holds no dialogue", remedy="it is that of a 'converse' node, a list of turns, or a text"
    )
