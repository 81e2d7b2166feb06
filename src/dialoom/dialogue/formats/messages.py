"""Chat rows for supervised fine-tuning: `{"id": ..., "messages": [{"role": ..., "content": ...}]}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat import turns_of_messages
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, read_each
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

_ROLES = ("system", "developer", "user", "assistant", "tool")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The roles are the speakers. A row without `id` is called after what it says."""
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, _: int) -> Dialogue:
    return Dialogue(
        id=row.optional("id") or "",
        turns=turns_of_messages(row),
        fields=row.rest("id", "messages"),
        lineage=Lineage(provenance="real", source=f"{row.path.name} (messages)"),
    )


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Writes what a chat template can show; plan, personas, summary, tags and lineage are left to `jsonl`.

    Speakers that are called after a role keep it. Of the others the first becomes `user` and the second `assistant`
    (or the one of these that is still free); where there are more, they become `user` too, and everyone who is `user`
    then has their name before the text. Turns of one role that follow each other are one message, a line each. No
    system message is made up: a scenario tells how the talk goes, which an assistant must not know beforehand.

    Raises DataError for a dialogue in which nobody would be the assistant, since it would train nothing.
    """
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    roles = _roles(dialogue)
    users = [speaker for speaker, role in roles.items() if role == "user"]
    messages: list[dict[str, Any]] = []
    for turn in dialogue.turns:
        role = roles[turn.speaker]
        text = f"{turn.speaker}: {turn.text}" if role == "user" and len(users) > 1 else turn.text
        last = messages[-1] if messages else None
        if turn.tool_calls:
            messages += _calling(turn, role, text, start=len(messages))
        elif last and last["role"] == role != "tool" and "tool_calls" not in last:
            last["content"] += f"\n{text}"
        else:
            messages.append({"role": role, "content": text})
    return {"id": dialogue.id, "messages": messages}


def _roles(dialogue: Dialogue) -> dict[str, str]:
    roles = {speaker: speaker.casefold() for speaker in dialogue.speakers() if speaker.casefold() in _ROLES}
    free = [role for role in ("user", "assistant") if role not in roles.values()]
    for speaker in dialogue.speakers():
        if speaker not in roles:
            roles[speaker] = free.pop(0) if free else "user"
    if "assistant" not in roles.values():
        raise DataError(
            f"dialogue '{dialogue.id}' has no second speaker to be the assistant",
            place=Place(field="turns.speaker"),
            remedy="leave such records out, for instance with the condition len(speakers) > 1",
        )
    return roles


def _calling(turn: Turn, role: str, text: str, *, start: int) -> list[dict[str, Any]]:
    """The messages of a turn with tool calls: the call, its results, and then, where all are known, the utterance."""
    ids = [call.id or f"call_{start}_{index}" for index, call in enumerate(turn.tool_calls)]
    answered = all(call.result is not None for call in turn.tool_calls)
    calls = [
        {"id": id, "type": "function", "function": {"name": call.name, "arguments": to_json(call.arguments).decode()}}
        for id, call in zip(ids, turn.tool_calls, strict=True)
    ]
    results = [
        {
            "role": "tool",
            "tool_call_id": id,
            "content": call.result if isinstance(call.result, str) else to_json(call.result).decode(),
        }
        for id, call in zip(ids, turn.tool_calls, strict=True)
        if call.result is not None
    ]
    said = [{"role": role, "content": text}] if answered and text else []
    return [{"role": role, "content": "" if answered else text, "tool_calls": calls}, *results, *said]


def _suggests(row: dict[str, object]) -> bool:
    return "messages" in row


FORMAT = Format(
    name="messages",
    about="chat rows for fine-tuning: id and messages with role and content",
    read=_read,
    write=_write,
    suggests=_suggests,
)
