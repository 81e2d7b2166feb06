"""Open-Assistant's flat messages: one message a line, parents named by id, as in its set on the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._oasst import read_flat, write_flat
from dialoom.dialogue.formats._written import Written
from dialoom.dialogue.merging import merge


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue for each path from a prompt to a message without replies; see `MessageTree.dialogues`."""
    for tree in read_flat(path, bad):
        yield from tree.dialogues(f"{path.name} (oasst_messages)")


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Dialogues that were read from trees make those trees again; for all others see `merge`."""
    return Written(write_flat(merge(dialogues), path), what="messages")


def _suggests(row: dict[str, object]) -> bool:
    return "message_id" in row and "role" in row and "text" in row


FORMAT = Format(
    name="oasst_messages",
    about="Open-Assistant's messages, one a line, in any order, parents named by id",
    read=_read,
    write=_write,
    suggests=_suggests,
)
