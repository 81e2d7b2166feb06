"""`file`: what stands in a column of a file, or in several columns of one row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from dialoom.errors import DataError, Place, nearest
from dialoom.graph.parse_source import parse_source
from dialoom.nodes._sampler import Listed, Sampler


class FromFile(Sampler):
    """A row of a file, drawn alike or by the weight in a column.

    With `column` the value is that column's; with `columns`, or neither, a mapping of what the row holds. Under a key
    such as `name, job` each name takes its column of one and the same row.
    """

    file: Path = Field(description="A file of rows beside the recipe: CSV, JSON Lines, Parquet ...")
    column: str | None = Field(default=None, description="The column.")
    columns: list[str] | None = Field(default=None, description="Several columns, of one row.", min_length=1)
    weight: str | None = Field(default=None, description="The column that holds how often a row is to come.")
    where: str | None = Field(default=None, description="A SQL condition; only rows that meet it are drawn from.")

    _rows: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _sums: list[float] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _one_of(self) -> FromFile:
        if self.column is not None and self.columns is not None:
            raise ValueError("give either 'column' or 'columns'")
        return self

    def files(self) -> Iterable[Path]:
        yield self.file

    def prepare(self, folder: Path) -> None:
        source = parse_source({"file": self.file, "where": self.where})
        self._rows = list(source.read(folder))
        place = Place(str(folder / self.file))
        names = [name for name in (self.column, *(self.columns or []), self.weight) if name is not None]
        for name in names:
            for number, row in enumerate(self._rows, 1):
                if name not in row:
                    where = "" if number == 1 else f" in row {number:,}"
                    raise DataError(f"there is no column '{name}'{where}", place=place, remedy=nearest(name, list(row)))
        weights = [1.0] * len(self._rows) if self.weight is None else list(self._weights(self.weight, place))
        self._sums = list(accumulate(weights))
        if self._sums[-1] <= 0:
            raise DataError(f"no weight in the column '{self.weight}' is above 0", place=place)

    def listed(self) -> Listed | None:
        before = [0.0, *self._sums[:-1]]
        weights = [after - start for start, after in zip(before, self._sums, strict=True)]
        return [(self._value(row), weight) for row, weight in zip(self._rows, weights, strict=True) if weight > 0]

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        index = bisect_right(self._sums, at * self._sums[-1])
        return self._value(self._rows[min(index, len(self._rows) - 1)])

    def _value(self, row: Mapping[str, Any]) -> Any:
        if self.column is not None:
            return row[self.column]
        return {name: row[name] for name in (self.columns or row)}

    def _weights(self, name: str, place: Place) -> Iterable[float]:
        for number, row in enumerate(self._rows, 1):
            try:
                weight = float(row[name])
            except (TypeError, ValueError):
                weight = -1.0
            if not 0 <= weight < float("inf"):
                raise DataError(
                    f"the weight in row {number:,} is {row[name]!r:.40}",
                    place=place,
                    remedy="expected a number of 0 or more",
                )
            yield weight


SAMPLER = FromFile
