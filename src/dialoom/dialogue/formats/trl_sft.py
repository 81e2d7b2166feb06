"""TRL's prompt-completion rows: `{"prompt": [...], "completion": [...]}`, trained on the completion alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import tools_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._prompted import dialogue_of_split, split_of
from dialoom.dialogue.formats._rows import json_line, read_each


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The dialogue is the prompt and the completion. Text and messages are both read."""
    return read_each(path, bad, lambda row, number: dialogue_of_split(row, number, "trl_sft"))


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """A row a dialogue. TRL's other form for training on dialogues, with all answers, is `messages`.

    Roles are those of `messages`. The completion is the assistant's last answer; turns after it have no place.
    """
    rows = ((dialogue, {"id": dialogue.id} | split_of(dialogue) | tools_of(dialogue)) for dialogue in dialogues)
    return write_lines((json_line(row, dialogue) for dialogue, row in rows), path)


def _suggests(row: dict[str, object]) -> bool:
    return "prompt" in row and "completion" in row and "label" not in row


FORMAT = Format(
    name="trl_sft",
    about="TRL's prompt-completion rows: prompt and completion as messages",
    read=_read,
    write=_write,
    suggests=_suggests,
)
