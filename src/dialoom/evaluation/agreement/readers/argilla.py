"""Argilla's records: nested and flat ones of version 2, and those of version 1's feedback datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, Place
from dialoom.evaluation.agreement.ratings import Rating, Value
from dialoom.evaluation.agreement.readers._reader import Reader, read_rows, text_of, value_of

_FLAT = ".responses"
_UNSENT = ("discarded", "draft")
_UNITS = ("dialogue_id", "record_id")


def _fits(name: str, row: Any) -> bool:
    if not isinstance(row, Mapping):
        return False
    nested = isinstance(row.get("fields"), Mapping) and "responses" in row
    return nested or any(str(key).endswith(_FLAT) for key in row)


def _read(path: Path) -> Iterator[Rating]:
    for place, record in read_rows(path):
        if not _fits("", record):
            raise DataError("expected a record with 'fields' and 'responses', or NAME.responses", place=place)
        metadata = record.get("metadata")
        held = metadata if isinstance(metadata, Mapping) else record
        unit = next((found for name in _UNITS if (found := text_of(held, name))), None)
        unit = unit or text_of(record, "id") or text_of(record, "external_id")
        if unit is None:
            raise DataError("the record has no id", place=place)
        about = {str(name): str(value) for name, value in held.items() if isinstance(value, (str, int, float))}
        for item, rater, value in _responses(record, place):
            yield Rating(unit, rater, item, value, about)


def _responses(record: Mapping[str, Any], place: Place) -> Iterator[tuple[str, str, Value]]:
    responses = record.get("responses")
    if isinstance(responses, Mapping):
        for item, given in responses.items():
            for one in given or ():
                yield from _one(item, one.get("user_id"), one.get("status"), one.get("value"), place)
    elif isinstance(responses, list):
        for one in responses:
            for item, each in (one.get("values") or {}).items():
                value = each.get("value") if isinstance(each, Mapping) else each
                yield from _one(item, one.get("user_id"), one.get("status"), value, place)
    else:
        yield from _flat(record, place)


def _flat(record: Mapping[str, Any], place: Place) -> Iterator[tuple[str, str, Value]]:
    for name, values in record.items():
        if not name.endswith(_FLAT) or not values:
            continue
        users = record.get(f"{name}.users") or []
        states = record.get(f"{name}.status") or [None] * len(values)
        if len(users) != len(values):
            raise DataError(f"'{name}' has {len(values)} values and {len(users)} users", place=place)
        for value, user, state in zip(values, users, states, strict=False):
            yield from _one(name.removesuffix(_FLAT), user, state, value, place)


def _one(item: str, user: Any, state: Any, written: Any, place: Place) -> Iterator[tuple[str, str, Value]]:
    if state in _UNSENT:
        return
    value = value_of(written, place, f"responses.{item}")
    if value is None:
        return
    if user in (None, ""):
        raise DataError(f"a response to '{item}' does not say whose it is", place=place)
    yield item, str(user), value


READER = Reader("Argilla's records as JSON, nested or flat, and version 1's feedback records", _fits, _read)
