"""What a reader of ratings is, and reading rows with their places."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from dialoom.errors import DataError, Place
from dialoom.evaluation.agreement.ratings import Rating, Value

_TABLES = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A form in which ratings are exported.

    Args:
        about: one line for people who choose.
        fits: whether a file is of this form, by its name and its first row or, where it holds no rows, its whole value.
        read: the ratings in a file; raises DataError.
    """

    about: str
    fits: Callable[[str, Any], bool]
    read: Callable[[Path], Iterator[Rating]]


def read_rows(path: Path) -> Iterator[tuple[Place, Any]]:
    """The rows of a .csv, .tsv, .jsonl or .json file, each with its place; the items of a JSON list by their number.

    Raises DataError.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read it: {error.strerror}", place=Place(str(path))) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8 at byte {error.start}", place=Place(str(path)), remedy="save it as UTF-8"
        ) from error
    if not text.strip():
        raise DataError("the file is empty", place=Place(str(path)))
    if path.suffix in _TABLES:
        reader = csv.DictReader(text.splitlines(), delimiter=_TABLES[path.suffix], strict=True)
        try:
            for row in reader:
                yield Place(str(path), reader.line_num), {name: value for name, value in row.items() if name}
        except csv.Error as error:
            raise DataError(f"no table: {error}", place=Place(str(path), reader.line_num)) from error
        return
    yield from _json_rows(path, text)


def _json_rows(path: Path, text: str) -> Iterator[tuple[Place, Any]]:
    if path.suffix != ".jsonl":
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if path.suffix == ".json":
                raise DataError(f"not JSON: {error}", place=Place(str(path))) from error
        else:
            for number, row in enumerate(value if isinstance(value, list) else [value]):
                yield Place(str(path), None, f"[{number}]"), row
            return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield Place(str(path), number), orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise DataError(f"not JSON: {error}", place=Place(str(path), number)) from error


def first_value(path: Path) -> tuple[str, Any]:
    """A file's name and its first row. Raises DataError where there is none."""
    for _, row in read_rows(path):
        return path.name, row
    raise DataError("it holds no rows", place=Place(str(path)))


def value_of(written: Any, place: Place, field: str) -> Value | None:
    """A rating as a number where it is one, or as the word it is; None where nothing was said."""
    if isinstance(written, list) and len(written) == 1:
        written = written[0]
    if written is None or (isinstance(written, str) and not written.strip()):
        return None
    if isinstance(written, bool):
        return float(written)
    if isinstance(written, (int, float)):
        return float(written)
    if isinstance(written, str):
        try:
            number = float(written)
        except ValueError:
            return written.strip()
        # NaN is how tables write that there is no value.
        return number if number == number else None
    raise DataError(
        f"expected one number or word, got {written!r:.60}",
        place=Place(place.file, place.line, ".".join(part for part in (place.field, field) if part)),
    )


def text_of(row: Mapping[str, Any], name: str) -> str | None:
    """A field as text; None where it is empty or missing."""
    value = row.get(name)
    return str(value) if value not in (None, "") else None
