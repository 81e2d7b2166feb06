"""SAMSum (Gliwa et al. 2019): messenger dialogues as `Name: text` lines, and a summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, read_each
from dialoom.dialogue.formats._transcript import read_transcript, write_transcript
from dialoom.dialogue.formats.dialogsum import FORMAT as DIALOGSUM
from dialoom.dialogue.lineage import Lineage

# At most four words, and a space after the colon: `12:30` and `http://` inside a message name nobody.
_HEAD = re.compile(r"\s*([^\s:]+(?:[ \t]+[^\s:]+){0,3})[ \t]*:(?=\s|$)")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """JSON Lines, a JSON list or CSV. Columns that are not the format's stay in `fields`."""
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, _: int) -> Dialogue:
    return Dialogue(
        id=row.first("id"),
        turns=read_transcript(row, _HEAD, shape="'Name: text'"),
        summary=row.optional("summary"),
        fields=row.rest("id", "dialogue", "summary"),
        lineage=Lineage(provenance="real", source=f"{row.path.name} (samsum)"),
    )


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """JSON Lines, with the set's own line ends between turns."""
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    names = {speaker: speaker for speaker in dialogue.speakers()}
    text = write_transcript(dialogue, names, line_end="\r\n")
    return {"id": dialogue.id, "dialogue": text, "summary": dialogue.summary or ""}


def _suggests(row: dict[str, object]) -> bool:
    return "id" in row and "dialogue" in row and not (DIALOGSUM.suggests and DIALOGSUM.suggests(row))


FORMAT = Format(
    name="samsum",
    about="SAMSum rows: id, dialogue as 'Name: ...' lines, summary; JSON Lines, JSON list or CSV",
    read=_read,
    write=_write,
    suggests=_suggests,
)
