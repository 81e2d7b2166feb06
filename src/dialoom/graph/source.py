"""Where seed records come from."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from dialoom.errors import DataError, Place
from dialoom.models.plain_numbers import PlainNumbers

Row = dict[str, Any]


def _as_source(value: Any) -> Any:
    if isinstance(value, list):
        return {"rows": value}
    if isinstance(value, (str, Path)):
        return {"file": value}
    return value


class Source(PlainNumbers):
    """The seed records of a recipe: rows written in it, or a file that is streamed.

    A file's format is told by its ending (.jsonl, .json, .csv, .txt: one row a line, in the field `text`; .yaml: a
    generation plan of intents), or is that of dialogues named in `format`.
    """

    model_config = ConfigDict(extra="forbid")

    rows: list[Row] | None = Field(default=None, description="The rows themselves.")
    file: Path | None = Field(
        default=None, description="A .jsonl, .json, .csv, .txt or plan .yaml file, beside the recipe."
    )
    format: str | None = Field(default=None, description="A dialogue format such as dialogsum; the rows are dialogues.")
    repeat: int = Field(default=1, ge=1, description="Take every row this many times.")
    limit: int | None = Field(default=None, ge=1, description="Take only the first rows.")

    @model_validator(mode="after")
    def _one_of(self) -> Source:
        if (self.rows is None) == (self.file is None):
            raise ValueError("give either 'rows' or 'file'")
        return self

    def read(self, folder: Path) -> Iterator[Row]:
        """The rows, streamed. Raises DataError with file and line where one cannot be read, or where there are none."""
        taken = 0
        for row in self._rows(folder):
            for _ in range(self.repeat):
                if self.limit is not None and taken >= self.limit:
                    return
                taken += 1
                yield dict(row)
        if taken == 0:
            place = Place(str(folder / self.file)) if self.file else Place(field="rows")
            raise DataError("the source has no rows", place=place, remedy="give it at least one")

    def _rows(self, folder: Path) -> Iterator[Row]:
        if self.rows is not None:
            yield from self.rows
            return
        assert self.file is not None
        yield from read_rows(folder / self.file, self.format)


def read_rows(path: Path, format: str | None = None) -> Iterator[Row]:
    """The rows of a file, streamed. Raises DataError as Source.read does."""
    if not path.exists():
        raise DataError("there is no such file", place=Place(str(path)), remedy="relative paths start at the recipe")
    if path.is_dir():
        raise DataError("this is a folder, and a file was expected", place=Place(str(path)))
    if format is not None:
        from dialoom.dialogue.formats import FORMATS
        from dialoom.graph.record import fields_of

        reader = FORMATS.load(format).read
        if reader is None:
            raise DataError(f"the format '{format}' cannot be read", place=Place(str(path)))
        yield from map(fields_of, reader(path))
        return
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise DataError(
            f"cannot tell the format of a file that ends in '{path.suffix}'",
            place=Place(str(path)),
            remedy=f"use one of {', '.join(_READERS)}, or name a dialogue format in 'format'",
        )
    try:
        yield from read(path)
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8: byte 0x{error.object[error.start]:02x}", place=_bad_byte(path), remedy="save the file as UTF-8"
        ) from error
    except OSError as error:
        raise DataError(f"cannot read it: {error.strerror}", place=Place(str(path))) from error


def _bad_byte(path: Path) -> Place:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return Place(str(path), number)
    return Place(str(path))


def _read_jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield _object(_json(line, path, number), Place(str(path), number))


def _read_json(path: Path) -> Iterator[Row]:
    value = _json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), path, None)
    if not isinstance(value, list):
        raise DataError(
            "expected a JSON list of objects", place=Place(str(path), 1), remedy="one object a line belongs in a .jsonl"
        )
    for index, item in enumerate(value):
        yield _object(item, Place(str(path), field=f"[{index}]"))


def _read_csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
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


def _read_text(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                yield {"text": line.strip()}


def _read_plan(path: Path) -> Iterator[Row]:
    from dialoom.intents.plan import read_plan

    yield from read_plan(path).rows()


def _json(data: bytes, path: Path, line: int | None) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            raise
        raise DataError(
            f"the JSON does not parse: {error.msg}", place=Place(str(path), line or error.lineno)
        ) from error


def _object(value: Any, place: Place) -> Row:
    if not isinstance(value, dict):
        raise DataError(f"expected a JSON object, got {type(value).__name__}", place=place)
    return value


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".json": _read_json,
    ".csv": _read_csv,
    ".txt": _read_text,
    ".yaml": _read_plan,
    ".yml": _read_plan,
}

SourceField = Annotated[Source, BeforeValidator(_as_source, json_schema_input_type=Source | str | list[dict[str, Any]])]
