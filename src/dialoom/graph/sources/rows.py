"""`rows`: the rows themselves, written in the recipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from dialoom.errors import Place
from dialoom.graph.source import Row, Say, Source


class Rows(Source):
    """Rows written in the recipe."""

    rows: list[Row] = Field(description="The rows themselves.")

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        yield from self.rows

    def place(self, folder: Path) -> Place:
        return Place(field="rows")


SOURCE = Rows
