"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialoom.errors import Place
from dialoom.graph.opened import opened
from dialoom.graph.row_files import Row, RowFile
from dialoom.graph.row_files._json import as_object, parsed


def _read(path: Path) -> Iterator[Row]:
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                place = Place(str(path), number)
                yield as_object(parsed(line, place), place)


ROWS = RowFile((".jsonl", ".ndjson"), _read)
