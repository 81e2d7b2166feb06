"""Plain text: each line is a row, in the field `text`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from dialoom.graph.opened import opened
from dialoom.graph.row_files import Row, RowFile


def _read(path: Path) -> Iterator[Row]:
    with opened(path) as stored, io.TextIOWrapper(stored, encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                yield {"text": line.strip()}


ROWS = RowFile((".txt",), _read)
