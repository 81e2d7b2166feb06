"""Values of tables and databases as JSON has them, since records are stored as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dialoom.errors import DataError, Place

_SAME = (str, int, bool, type(None))


def plain_row(row: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """A row with plain values. Raises DataError, naming the column, for bytes and infinity."""
    return {name: value if isinstance(value, _SAME) else _plain(value, name, place) for name, value in row.items()}


def _plain(value: Any, name: str, place: Place) -> Any:
    if isinstance(value, _SAME):
        return value
    if isinstance(value, float):
        # What is missing is NaN in tables that came from pandas.
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise _no_json(f"'{name}' is infinite", place)
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, name, place) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, name, place) for item in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise _no_json(f"'{name}' holds bytes, such as those of an image or a sound", place)
    return str(value)


def _no_json(what: str, place: Place) -> DataError:
    return DataError(f"{what}, which a record cannot hold", place=place, remedy="leave the column out")
