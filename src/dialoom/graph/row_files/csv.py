"""Values separated by commas, or by tabs, below a line of names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from dialoom.errors import DataError, Place
from dialoom.graph.opened import bare_ending, opened
from dialoom.graph.row_files import Row, RowFile


def _read(path: Path) -> Iterator[Row]:
    delimiter = "\t" if bare_ending(path) == ".tsv" else ","
    with opened(path) as stored, io.TextIOWrapper(stored, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True, delimiter=delimiter)
        header: list[str] = []
        try:
            for row in rows:
                if not header:
                    header = _checked_header(row, Place(str(path), rows.line_num))
                elif row and len(row) != len(header):
                    raise DataError(
                        f"the row has {len(row)} fields, the header {len(header)}",
                        place=Place(str(path), rows.line_num),
                        remedy="put fields that hold a comma or a line break in double quotes",
                    )
                elif row:
                    yield dict(zip(header, row, strict=True))
        except csv.Error as error:
            raise DataError(f"the CSV does not parse: {error}", place=Place(str(path), rows.line_num)) from error


def _checked_header(names: list[str], place: Place) -> list[str]:
    wrong = [name for index, name in enumerate(names) if not name.strip() or name in names[:index]]
    if wrong:
        what = f"'{wrong[0]}' stands twice in the header" if wrong[0].strip() else "a column of the header has no name"
        raise DataError(what, place=place, remedy="the first line names the columns, each differently")
    return names


ROWS = RowFile((".csv", ".tsv"), _read)
