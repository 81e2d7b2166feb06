"""`count`: no data at all, so many empty rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from dialoom.errors import Place
from dialoom.graph.source import Row, Say, Source


class Count(Source):
    """So many rows without a field, for recipes in which nodes make everything."""

    count: int = Field(ge=1, description="How many empty rows.")

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        for _ in range(self.count):
            yield {}

    def place(self, folder: Path) -> Place:
        return Place(field="count")


SOURCE = Count
