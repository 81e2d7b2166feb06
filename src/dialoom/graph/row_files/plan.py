"""A generation plan of intents: one row for each utterance to make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialoom.graph.row_files import Row, RowFile


def _read(path: Path) -> Iterator[Row]:
    from dialoom.intents.plan import read_plan

    yield from read_plan(path).rows()


ROWS = RowFile((".yaml", ".yml"), _read)
