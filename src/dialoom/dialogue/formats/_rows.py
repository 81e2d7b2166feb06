"""Rows of JSON Lines, JSON list and CSV files, with the place of each for error messages."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, bare_suffix, empty, read_lines
from dialoom.dialogue.formats._ids import ContentIds
from dialoom.dialogue.formats._parquet_file import is_parquet, parquet_rows
from dialoom.errors import DataError, Place, nearest

Lines = Iterable[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its values by field name. `within` is its path inside a JSON list."""

    path: Path
    line: int | None
    values: dict[str, Any]
    within: str = ""

    def place(self, field: str | None = None) -> Place:
        return Place(file=str(self.path), line=self.line, field=f"{self.within}{field or ''}" or None)

    def first(self, *names: str) -> str:
        """The text of the first of these fields that is there. Raises DataError where none is, or it is no text."""
        for name in names:
            if self.values.get(name) is not None:
                return self._text(name, self.values[name])
        raise self.missing(names[0])

    def missing(self, name: str) -> DataError:
        """The error for a row without this field."""
        return DataError(
            f"the row has no field '{name}'",
            place=self.place(name),
            remedy=nearest(name, tuple(self.values)) or "the row has no fields at all",
        )

    def optional(self, *names: str) -> str | None:
        """The text of the first of these fields that is there and not empty, else None."""
        for name in names:
            if self.values.get(name) not in (None, ""):
                return self._text(name, self.values[name])
        return None

    def rest(self, *known: str) -> dict[str, Any]:
        """The fields beyond the known ones."""
        return {name: value for name, value in self.values.items() if name not in known}

    def _text(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise wrong_type(self.place(name), "text", value)


def wrong_type(place: Place, expected: str, found: object) -> DataError:
    """The error for a value of another type than expected."""
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return DataError(
        f"expected {expected}, found {words.get(type(found), 'a number')}",
        place=place,
        remedy=f"write {expected}",
    )


def read_each(path: Path, bad: Bad | None, make: Callable[[Row, int], Dialogue]) -> Iterator[Dialogue]:
    """Streams what `make` makes of each row and its number (from 1); rows that cannot be read go to `bad`, if given.

    A dialogue that has no id, or is called after its file and number, gets one made of its content.
    """
    ids = ContentIds()
    for number, row in enumerate(read_rows(path, bad), start=1):
        try:
            dialogue = make(row, number)
        except DataError as error:
            if bad is None:
                raise
            bad(error, to_json(row.values).decode())
        else:
            own = dialogue.id not in ("", f"{path.name}:{number}")
            yield dialogue if own else ids.named(dialogue)


def read_rows(path: Path, bad: Bad | None = None) -> Iterator[Row]:
    """Streams the rows of a file whose start tells its form: `{` JSON Lines, `[` JSON list, `PAR1` Parquet, else CSV.

    A JSON list is read whole; the others take constant memory. The header of a CSV file tells what parts its fields:
    comma, semicolon, tab or bar. Raises DataError on bad input; `bad`, where given, takes rows that cannot be read.
    """
    if is_parquet(path):
        return (Row(path, number, values) for number, values in parquet_rows(path))
    unread: list[DataError] = []

    def noted(error: DataError, said: str) -> None:
        unread.append(error)
        if bad is not None:
            bad(error, said)

    lines = read_lines(path, None if bad is None else noted)
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        raise unread[0] if unread else empty(path)
    start = first[1].lstrip()[0]
    lines = chain([first], lines)
    if start == "[":
        return _list_rows(lines, path, bad)
    if start == "{" or bare_suffix(path) in (".jsonl", ".json", ".ndjson"):
        return _json_rows(lines, path, bad)
    return _csv_rows(lines, path, bad, _delimiter(first[1]))


def _json_rows(lines: Lines, path: Path, bad: Bad | None) -> Iterator[Row]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            values = parse_json(line, Place(file=str(path), line=number))
            if not isinstance(values, dict):
                raise wrong_type(Place(file=str(path), line=number), "one JSON object a line", values)
        except DataError as error:
            if bad is None:
                raise
            bad(error, line.rstrip("\r\n"))
        else:
            yield Row(path, number, values)


def _list_rows(lines: Lines, path: Path, bad: Bad | None) -> Iterator[Row]:
    numbered = list(lines)
    before = "\n" * (numbered[0][0] - 1)
    rows = parse_json(before + "".join(line for _, line in numbered), Place(file=str(path)))
    if not rows:
        raise empty(path)
    for index, values in enumerate(rows):
        if isinstance(values, dict):
            yield Row(path, None, values, within=f"[{index}].")
            continue
        error = wrong_type(Place(file=str(path), field=f"[{index}]"), "an object", values)
        if bad is None:
            raise error
        bad(error, to_json(values).decode())


def _delimiter(header: str) -> str:
    """What stands most often between the names of a header, outside of quotes; a comma where nothing does."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(",;\t|", key=bare.count)


def _csv_rows(lines: Lines, path: Path, bad: Bad | None, delimiter: str) -> Iterator[Row]:
    last = 0
    said: list[str] = []

    def texts() -> Iterator[str]:
        nonlocal last
        for number, line in lines:
            last = number
            said.append(line)
            yield line

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    rows = 0
    while True:
        start = last + 1
        said.clear()
        try:
            values = next(reader)
            if not values:
                continue
            if header is None:
                header = _header(values, path, start)
                continue
            _check_fields(values, header, Place(file=str(path), line=start))
        except StopIteration:
            break
        except csv.Error as error:
            broken = DataError(
                f"broken CSV: {error}",
                place=Place(file=str(path), line=start),
                remedy="a quoted field needs its closing quote, and a quote inside it is written twice",
            )
            if bad is None or header is None:
                raise broken from error
            bad(broken, "".join(said))
        except DataError as error:
            if bad is None or header is None:
                raise
            bad(error, "".join(said))
        else:
            rows += 1
            yield Row(path, start, dict(zip(header, values, strict=True)))
    if not rows and bad is None:
        raise DataError(
            "there is a header and no row",
            place=Place(file=str(path), line=1),
            remedy="name a file with at least one row",
        )


def _check_fields(values: list[str], header: list[str], place: Place) -> None:
    if len(values) != len(header):
        raise DataError(
            f"the row has {len(values)} fields, and the header has {len(header)}",
            place=place,
            remedy='put text that holds a comma, a quote or a line end between double quotes, a quote as ""',
        )


def _header(names: list[str], path: Path, line: int) -> list[str]:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(
            "two columns have the same name",
            place=Place(file=str(path), line=line, field=twice),
            remedy="rename one of them in the header",
        )
    return names


def parse_json(text: str, place: Place) -> Any:
    """The value of a JSON text. Raises DataError at `place`, with the line within the text where it is not one line."""
    try:
        return from_json(text)
    except ValueError as error:
        if "recursion limit" in str(error):
            return _deep_json(text, place)
        said = re.sub(r" at line (\d+) column (\d+)$", r" at column \2", str(error))
        found = re.search(r" at line (\d+) ", str(error))
        line = place.line or (int(found[1]) if found else None)
        raise DataError(
            f"broken JSON: {said}",
            place=Place(file=place.file, line=line, field=place.field),
            remedy="each row is one JSON object on one line, or the file is one JSON list",
        ) from error


def _deep_json(text: str, place: Place) -> Any:
    """JSON nested deeper than the quick parser goes, such as a long path of a message tree."""
    import json

    try:
        return json.loads(text)
    except RecursionError as error:
        raise DataError(
            "the JSON is nested too deep to be read", place=place, remedy="write message trees as oasst_messages"
        ) from error
    except ValueError as error:
        raise DataError(
            f"broken JSON: {error}", place=place, remedy="each row is one JSON object on one line"
        ) from error


def json_line(row: dict[str, Any], dialogue: Dialogue) -> str:
    """A row as one line of JSON. Raises DataError, naming the dialogue, where a value has no JSON form."""
    try:
        return to_json(row, inf_nan_mode="null").decode()
    except (PydanticSerializationError, UnicodeError) as error:
        raise no_json(dialogue, error) from error


def no_json(dialogue: Dialogue, error: Exception) -> DataError:
    """The error for a dialogue that holds a value which JSON cannot."""
    return DataError(
        f"dialogue '{dialogue.id}' holds a value that has no JSON form: {error}",
        place=Place(field="tags, fields, turns, plan or personas"),
        remedy="keep JSON values only: Unicode text, numbers, true, false, null, lists and objects",
    )
