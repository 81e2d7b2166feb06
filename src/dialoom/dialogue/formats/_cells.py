"""Cells of tables: writing CSV rows, and lists of slots and other JSON in a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from dialoom.dialogue.formats._rows import Row, parse_json
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError


def csv_row(cells: Iterable[object]) -> str:
    """One row without its end. A cell that looks like a formula is data and stays as it is."""
    written = io.StringIO()
    # Python quotes a carriage return only where it is part of the line's end.
    csv.writer(written, lineterminator="\r\n").writerow(["" if cell is None else cell for cell in cells])
    return written.getvalue().removesuffix("\r\n")


def json_cell(value: object) -> str:
    """A value as JSON; nothing for what is empty."""
    return to_json(value, inf_nan_mode="null").decode() if value else ""


def value_of(row: Row, name: str) -> Any:
    """The value of a cell that holds JSON, or of a field that is JSON already; None where it is empty."""
    value = row.values.get(name)
    if value in (None, "", [], {}):
        return None
    return parse_json(value, row.place(name)) if isinstance(value, str) else value


def slots_of(row: Row, name: str) -> list[Slot]:
    """The slots of a cell: a list of objects with name, value and maybe offsets, or an object of values by name."""
    value = value_of(row, name)
    if isinstance(value, dict):
        value = [{"name": each, "value": said} for each, said in value.items()]
    try:
        return [Slot.model_validate(each) for each in _listed(value)]
    except (ValidationError, TypeError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise DataError(
            f"the slots cannot be read: {said}",
            place=row.place(name),
            remedy='write [{"name": "city", "value": "Rome", "start": 7, "end": 11}]',
        ) from error


def first_name(values: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of these names that a row has a column of."""
    return next((name for name in names if name in values), None)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return value
