"""Chat rows for supervised fine-tuning: `{"id": ..., "messages": [{"role": ..., "content": ...}]}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat import turns_of_messages
from dialoom.dialogue.formats._chat_of import messages_of, roles_of, tools_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, read_each
from dialoom.dialogue.lineage import Lineage


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
    system message is made up: a scenario tells how the talk goes, which an assistant must not know beforehand. The
    assistant's tools are the field `tools` of the record, where it has one.

    Raises DataError for a dialogue in which nobody would be the assistant, since it would train nothing.
    """
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    return {"id": dialogue.id, "messages": messages_of(dialogue.turns, roles_of(dialogue)), **tools_of(dialogue)}


def _suggests(row: dict[str, object]) -> bool:
    return "messages" in row


FORMAT = Format(
    name="messages",
    about="chat rows for fine-tuning: id and messages with role and content",
    read=_read,
    write=_write,
    suggests=_suggests,
)
