"""What files of JSON share: parsing with the place of what is wrong."""

from __future__ import annotations

from typing import Any

import orjson

from dialoom.errors import DataError, Place
from dialoom.graph.row_files import Row


def parsed(data: bytes | str, place: Place) -> Any:
    """The JSON value. Raises DataError at `place`, and UnicodeDecodeError where that is what is wrong."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if isinstance(data, bytes):
            data.decode("utf-8")
        raise DataError(f"the JSON does not parse: {error.msg}", place=place) from error


def as_object(value: Any, place: Place) -> Row:
    """The value, which must be an object. Raises DataError."""
    if not isinstance(value, dict):
        raise DataError(f"expected a JSON object, got {type(value).__name__}", place=place)
    return value
