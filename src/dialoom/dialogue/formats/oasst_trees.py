"""Open-Assistant's message trees: one tree a line, each message with its replies in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._oasst import read_trees, write_trees
from dialoom.dialogue.formats._written import Written
from dialoom.dialogue.merging import merge


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue for each path from a prompt to a message without replies; see `MessageTree.dialogues`."""
    for tree in read_trees(path, bad):
        yield from tree.dialogues(f"{path.name} (oasst_trees)")


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Dialogues that were read from trees make those trees again; for all others see `merge`."""
    return Written(write_trees(merge(dialogues), path), what="message trees")


def _suggests(row: dict[str, object]) -> bool:
    return "message_tree_id" in row and "prompt" in row


FORMAT = Format(
    name="oasst_trees",
    about="Open-Assistant's message trees, one a line, with ranks and labels",
    read=_read,
    write=_write,
    suggests=_suggests,
)
