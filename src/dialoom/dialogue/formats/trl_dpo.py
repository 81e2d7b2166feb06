"""TRL's preference rows with the prompt told: `{"prompt": [...], "chosen": [...], "rejected": [...]}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._pairs import dialogue_of_row, explicit_row, pair_rows
from dialoom.dialogue.formats._rows import read_each
from dialoom.dialogue.formats._written import Written


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The dialogue is the prompt and the chosen reply; the pair is its field `pair`. Reads text and messages."""
    return read_each(path, bad, lambda row, number: dialogue_of_row(row, number, "trl_dpo"))


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """A row a pair: id, prompt, chosen, rejected; where known scores, margin, made_by, provenance.

    Dialogues that begin alike are split where they part. Raises DataError for a record without a pair, and for a pair
    whose dialogues have no beginning in common.
    """
    return Written(write_lines(pair_rows(dialogues, explicit_row), path), what="pairs")


def _suggests(row: dict[str, object]) -> bool:
    return "prompt" in row and "chosen" in row and "rejected" in row


FORMAT = Format(
    name="trl_dpo",
    about="TRL's preference rows for DPO: prompt, chosen, rejected, scores, margin",
    read=_read,
    write=_write,
    suggests=_suggests,
)
