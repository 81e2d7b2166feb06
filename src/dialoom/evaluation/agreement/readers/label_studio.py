"""Label Studio's JSON export: tasks, each with annotations, each with results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, Place
from dialoom.evaluation.agreement.ratings import Rating
from dialoom.evaluation.agreement.readers._reader import Reader, read_rows, text_of, value_of

# Where a result's value lies, by the type of the control.
_VALUES = {"rating": "rating", "number": "number", "choices": "choices", "pairwise": "selected"}
_UNITS = ("dialogue_id", "record_id", "id")


def _fits(name: str, row: Any) -> bool:
    return (
        isinstance(row, Mapping) and isinstance(row.get("annotations"), list) and isinstance(row.get("data"), Mapping)
    )


def _read(path: Path) -> Iterator[Rating]:
    for place, task in read_rows(path):
        if not _fits("", task):
            raise DataError(
                "expected a task with 'data' and 'annotations'",
                place=place,
                remedy="export as JSON: JSON-MIN, CSV and TSV leave out who rated",
            )
        data = task["data"]
        unit = next((found for name in _UNITS if (found := text_of(data, name))), None) or text_of(task, "id")
        if unit is None:
            raise DataError("the task has no id", place=place)
        about = {str(name): str(value) for name, value in data.items() if isinstance(value, (str, int, float))}
        for number, annotation in enumerate(task["annotations"]):
            if not isinstance(annotation, Mapping) or annotation.get("was_cancelled"):
                continue
            inner = f"annotations[{number}]"
            rater = _rater(annotation.get("completed_by"))
            if rater is None:
                raise DataError(f"{inner} does not say who made it", place=place)
            for result in annotation.get("result") or ():
                yield from _result(result, unit, rater, about, place, inner)


def _result(result: Any, unit: str, rater: str, about: Mapping[str, str], place: Place, inner: str) -> Iterator[Rating]:
    kind = result.get("type") if isinstance(result, Mapping) else None
    if kind not in _VALUES or not isinstance(result.get("value"), Mapping):
        # Spans, free text and relations are no ratings.
        return
    item = text_of(result, "from_name")
    if item is None:
        raise DataError(f"a result of {inner} has no 'from_name'", place=place)
    value = value_of(result["value"].get(_VALUES[kind]), place, f"{inner}.{item}")
    if value is not None:
        yield Rating(unit, rater, item, value, about)


def _rater(who: Any) -> str | None:
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    return str(who) if who not in (None, "") else None


READER = Reader("Label Studio's JSON export: ratings, numbers and single choices", _fits, _read)
