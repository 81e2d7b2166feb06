"""DialogSum (Chen et al. 2021): `#Person1#: ...` lines, a summary (three in its test set) and a topic."""

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
from dialoom.dialogue.lineage import Lineage

_HEAD = re.compile(r"\s*(#Person\d+#)\s*:")
_KNOWN = ("fname", "id", "dialogue", "summary", "topic")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """Further summaries and topics (`summary2`) stay in `fields`, as do all columns that are not the format's."""
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, _: int) -> Dialogue:
    return Dialogue(
        id=row.first("fname", "id"),
        turns=read_transcript(row, _HEAD, shape="'#Person1#: text'"),
        summary=row.optional("summary", "summary1"),
        topic=row.optional("topic", "topic1"),
        fields=row.rest(*_KNOWN),
        lineage=Lineage(provenance="real", source=f"{row.path.name} (dialogsum)"),
    )


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Speakers become `#Person1#`, `#Person2#` in the order of their first turns, unless all are called so already."""
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    speakers = dialogue.speakers()
    named = all(_HEAD.fullmatch(f"{speaker}:") for speaker in speakers)
    names = {speaker: speaker if named else f"#Person{index}#" for index, speaker in enumerate(speakers, start=1)}
    several = {name: value for name, value in dialogue.fields.items() if re.fullmatch(r"(summary|topic)\d", name)}
    row: dict[str, Any] = {"fname": dialogue.id, "dialogue": write_transcript(dialogue, names, line_end="\n")}
    return row | (several or {"summary": dialogue.summary or "", "topic": dialogue.topic or ""})


def _suggests(row: dict[str, object]) -> bool:
    return "dialogue" in row and ("fname" in row or "#Person1#" in str(row["dialogue"]))


FORMAT = Format(
    name="dialogsum",
    about="DialogSum rows: fname, dialogue as '#Person1#: ...' lines, summary, topic",
    read=_read,
    write=_write,
    suggests=_suggests,
)
