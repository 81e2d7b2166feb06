"""What is done to the rows of a source before they become records, all of it streamed."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from dialoom.errors import DataError, DialoomError, Place, nearest
from dialoom.graph.held_rows import held_rows
from dialoom.graph.own_code import find_function
from dialoom.graph.row_sql import RowSql
from dialoom.graph.source import Row, Say, Source


def shaped(source: Source, folder: Path, say: Say) -> Iterator[Row]:
    """The rows of a source after all that it says of them but `repeat` and `limit`.

    `distinct` and `shuffle` hold the rows on disk; all else holds one batch.
    """
    rows: Iterator[Row] = source.raw(folder, say)
    if source.where is not None and not source.own_where:
        rows = _meeting(rows, source.where)
    if isinstance(source.select, dict):
        rows = (made for _, made in RowSql(source.select, "select").over(rows))
    elif source.select is not None:
        rows = _selected(rows, source.select)
    if source.rename:
        rows = _renamed(rows, source.rename)
    if source.call is not None:
        rows = _called(rows, source.call, folder)
    if source.distinct is not None:
        rows = _distinct(rows, source.distinct)
    if source.sample is not None:
        rows = _sampled(rows, source.sample, source.seed)
    if source.shuffle is not None:
        rows = _shuffled(rows, source.shuffle)
    return rows


def mixed(seed: object, number: int) -> str:
    """A text by which rows are sorted into an order of chance."""
    return blake2b(f"{seed}\x1f{number}".encode(), digest_size=16).hexdigest()


def _meeting(rows: Iterable[Row], condition: str) -> Iterator[Row]:
    asked = {"holds": f"CAST((\n{condition}\n) AS BOOLEAN)"}
    return (row for row, found in RowSql(asked, "where").over(rows) if found["holds"])


def _selected(rows: Iterable[Row], names: list[str]) -> Iterator[Row]:
    yield from _knowing(rows, names, "select", lambda row: {name: row[name] for name in names if name in row})


def _renamed(rows: Iterable[Row], names: dict[str, str]) -> Iterator[Row]:
    def renamed(row: Row) -> Row:
        made = {names.get(name, name): value for name, value in row.items()}
        if len(made) < len(row):
            twice = next(new for old, new in names.items() if new in row and new not in names and old in row)
            raise DataError(
                f"the rows have a field '{twice}' already",
                place=Place(field="rename"),
                remedy="choose another name, or rename that one too",
            )
        return made

    yield from _knowing(rows, list(names), "rename", renamed)


def _knowing(rows: Iterable[Row], names: list[str], where: str, change: Callable[[Row], Row]) -> Iterator[Row]:
    """The changed rows. Raises DataError at the end where none had one of the names."""
    missing = set(names)
    seen: dict[str, None] = {}
    for row in rows:
        if missing:
            missing -= row.keys()
            seen.update(dict.fromkeys(row))
        yield change(row)
    for name in names:
        if name in missing and seen:
            place = Place(field=where)
            raise DataError(f"no row has the field '{name}'", place=place, remedy=nearest(name, list(seen)))


def _called(rows: Iterable[Row], call: str, folder: Path) -> Iterator[Row]:
    function = find_function(call, folder)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise DialoomError(f"{call} does not say which arguments it takes", place=Place(field="call")) from error
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters)
    names = {each.name for each in parameters}
    for number, row in enumerate(rows, 1):
        place = Place(field=f"call, row {number}")
        arguments = copy.deepcopy({name: value for name, value in row.items() if takes_all or name in names})
        try:
            made = function(**arguments)
        except Exception as error:
            # Whatever the user's code raises: a source that cannot be read to its end is not begun with.
            raise DataError(f"{call} raised {type(error).__name__}: {error}", place=place) from error
        yield from _made(made, row, call, place)


def _made(made: Any, row: Row, call: str, place: Place) -> Iterator[Row]:
    try:
        made = orjson.loads(orjson.dumps(made, option=orjson.OPT_SERIALIZE_NUMPY))
    except TypeError as error:
        raise DataError(f"{call} returned what JSON cannot hold: {error}", place=place) from error
    if isinstance(made, dict):
        yield row | made
    elif isinstance(made, list) and all(isinstance(each, dict) for each in made):
        yield from made
    elif made is not None:
        raise DataError(
            f"{call} returned {type(made).__name__}",
            place=place,
            remedy="return a dict to merge, a list of rows, or None to leave the row out",
        )


def _distinct(rows: Iterable[Row], names: list[str]) -> Iterator[Row]:
    def keyed() -> Iterator[tuple[str, Row]]:
        for row in _knowing(rows, names, "distinct", lambda row: row):
            told = row if not names else [row.get(name) for name in names]
            data = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
            yield blake2b(data, digest_size=16).hexdigest(), row

    with held_rows() as held:
        held.add(keyed())
        first = "SELECT min(n) FROM part0 GROUP BY key"
        for (row,) in held.stream(f"SELECT row FROM part0 WHERE n IN ({first}) ORDER BY n"):
            assert row is not None
            yield row


def _sampled(rows: Iterable[Row], share: float, seed: int) -> Iterator[Row]:
    """By the row's number, so that rows which are added at the end change nothing before them."""
    for number, row in enumerate(rows):
        if int(mixed(seed, number)[:13], 16) < share * 16**13:
            yield row


def _shuffled(rows: Iterable[Row], seed: int) -> Iterator[Row]:
    with held_rows() as held:
        held.add((mixed(seed, number), row) for number, row in enumerate(rows))
        for (row,) in held.stream("SELECT row FROM part0 ORDER BY key"):
            assert row is not None
            yield row
