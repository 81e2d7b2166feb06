"""TRL's preference rows without a prompt: chosen and rejected are whole dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._pairs import dialogue_of_row, pair_rows, row_of_pair
from dialoom.dialogue.formats._rows import read_each
from dialoom.dialogue.formats._written import Written


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The dialogue is the chosen one; the pair is its field `pair`. Text and messages are both read."""
    return read_each(path, bad, lambda row, number: dialogue_of_row(row, number, "trl_dpo_implicit"))


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """A row a pair, as `trl_dpo` but for the prompt, which both dialogues begin with. Raises DataError as that does."""
    return Written(write_lines(pair_rows(dialogues, lambda pair: row_of_pair(pair.implicit())), path), what="pairs")


def _suggests(row: dict[str, object]) -> bool:
    return "prompt" not in row and "chosen" in row and "rejected" in row


FORMAT = Format(
    name="trl_dpo_implicit",
    about="TRL's preference rows without a prompt: whole dialogues, chosen and rejected",
    read=_read,
    write=_write,
    suggests=_suggests,
)
