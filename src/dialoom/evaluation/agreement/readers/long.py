"""Long form: a row for each rating."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, Place
from dialoom.evaluation.agreement.ratings import Rating
from dialoom.evaluation.agreement.readers._reader import Reader, read_rows, text_of, value_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit", "dialogue", "dialogue_id", "record", "record_id", "subject", "example", "id"),
    "rater": ("rater", "annotator", "annotator_id", "coder", "judge", "user", "user_id", "who"),
    "item": ("item", "criterion", "question", "rubric_item", "dimension"),
    "value": ("value", "score", "rating", "label", "answer"),
}
_ONE_ITEM = "rating"


def _columns(row: Any) -> dict[str, str]:
    """The row's column for each part of a rating; without one for `item`, all ratings are of one."""
    if not isinstance(row, Mapping):
        return {}
    known = {str(name).strip().casefold(): str(name) for name in row}
    found = {part: next((known[name] for name in names if name in known), None) for part, names in _NAMES.items()}
    return {part: name for part, name in found.items() if name is not None}


def _fits(name: str, row: Any) -> bool:
    return _columns(row).keys() >= {"unit", "rater", "value"}


def _read(path: Path) -> Iterator[Rating]:
    for place, row in read_rows(path):
        columns = _columns(row)
        missing = [part for part in ("unit", "rater", "value") if part not in columns]
        if missing:
            what = f"there is no column for the {' and the '.join(missing)}"
            names = "; ".join(f"{part}: {', '.join(_NAMES[part])}" for part in missing)
            raise DataError(what, place=place, remedy=f"name it one of these, {names}")
        value = value_of(row[columns["value"]], place, columns["value"])
        if value is None:
            continue
        unit, rater = (text_of(row, columns[part]) for part in ("unit", "rater"))
        if unit is None or rater is None:
            part = "unit" if unit is None else "rater"
            raise DataError(f"the rating has no {part}", place=Place(place.file, place.line, columns[part]))
        item = (text_of(row, columns["item"]) if "item" in columns else None) or _ONE_ITEM
        taken = set(columns.values())
        about = {str(name): str(each) for name, each in row.items() if name not in taken and each not in (None, "")}
        yield Rating(unit, rater, item, value, about)


READER = Reader("CSV, TSV or JSON lines with a row for each rating: unit, rater, item, value", _fits, _read)
