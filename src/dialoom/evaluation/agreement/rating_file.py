"""A file of ratings that several people add to: JSON lines in the long form, one rating a line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from dialoom.dialogue.formats import alone, write_lines
from dialoom.errors import DataError, Place, UsageError

_KEY = ("unit", "rater", "item")
_SUFFIX = ".jsonl"

Row = dict[str, Any]


class RatingFile:
    """Ratings as rows of `unit`, `rater`, `item`, `value` and further columns; `value` is null where the item does not
    apply, which readers of ratings leave out.

    A rating is in the file, whole, before `put` returns. Several people can write to one file at a time.

    Args:
        path: a .jsonl file; it need not be there.

    Raises UsageError for a file that is called otherwise.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix != _SUFFIX:
            raise UsageError(f"ratings are kept as JSON lines, and {path} is called otherwise", remedy="name a .jsonl")
        self.path = path

    def rows(self) -> list[Row]:
        """All ratings. Raises DataError with file and line of what is none."""
        found = []
        try:
            lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        except OSError as error:
            raise DataError(f"cannot read it: {error.strerror}", place=Place(str(self.path))) from error
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                found.append(_row(raw, Place(str(self.path), number)))
        return found

    def put(self, row: Mapping[str, Any]) -> None:
        """Add a rating; it takes the place of that rater's earlier one of the unit and item. Raises StorageError."""
        with alone(self.path):
            rows = self.rows()
            at = next((n for n, each in enumerate(rows) if _key(each) == _key(row)), len(rows))
            rows[at : at + 1] = [dict(row)]
            self._write(rows)

    def take_back(self, unit: str, rater: str, item: str) -> None:
        """Remove a rating. Raises StorageError."""
        with alone(self.path):
            self._write([each for each in self.rows() if _key(each) != (unit, rater, item)])

    def _write(self, rows: list[Row]) -> None:
        write_lines((orjson.dumps(row).decode() for row in rows), self.path)


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row["unit"]), str(row["rater"]), str(row["item"])


def _row(raw: bytes, place: Place) -> Row:
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise DataError(f"not JSON: {error}", place=place) from error
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in _KEY) or "value" not in row:
        raise DataError(
            "no rating with unit, rater, item and value",
            place=place,
            remedy="name another file for new ratings; agreement is measured over files of any form",
        )
    return row
