"""SQL over rows as they stream by: conditions and expressions, each over one row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from dialoom.errors import DataError, Place, UsageError, nearest
from dialoom.graph.plain import plain_row
from dialoom.graph.source import Row

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_BATCH = 2048
_NUMBER = "__number"
_TABLE = "rows"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}
# Parsed as a function, and gives something else at each run.
_CHANGING = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'"


class RowSql:
    """One SQL condition, or some expressions, over rows.

    Types are those of the rows: a column of a CSV is text, so that its numbers are compared as `age::int > 30`.

    Args:
        expressions: SQL by the name of the field it makes.
        field: the field of the source that it stands in, for errors.
    """

    def __init__(self, expressions: Mapping[str, str], field: str) -> None:
        import duckdb

        self._expressions = dict(expressions)
        self._field = field
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        self._seen: dict[str, None] = {}
        listed = ", ".join(f"(\n{sql}\n) AS {quoted(name)}" for name, sql in expressions.items())
        self._sql = f"SELECT {listed} FROM {_TABLE} ORDER BY {_NUMBER}"
        self._text = " ".join(expressions.values()).lower()
        check_steady(self._connection, f"SELECT {listed} FROM {_TABLE}", Place(field=field))

    def over(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
        """Each row, with what the expressions make of it. Raises DataError."""
        import duckdb

        waiting = iter(rows)
        number = 0
        try:
            while batch := list(islice(waiting, _BATCH)):
                try:
                    self._connection.register(_TABLE, self._table(batch))
                    made = self._connection.sql(self._sql).to_arrow_table().to_pylist()
                except duckdb.Error as error:
                    raise self._explained(error, number, len(batch)) from error
                for row, found in zip(batch, made, strict=True):
                    number += 1
                    yield row, plain_row(found, Place(field=f"{self._field}, row {number}"))
                self._connection.unregister(_TABLE)
        finally:
            self._connection.close()

    def _table(self, batch: list[Row]) -> pa.Table:
        import pyarrow as pa

        for row in batch:
            self._seen.update(dict.fromkeys(row))
        # Only what is asked for, since the rest may be large.
        columns = {name: _column([row.get(name) for row in batch]) for name in self._seen if name.lower() in self._text}
        columns[_NUMBER] = pa.array(range(len(batch)), pa.int64())
        return pa.table(columns)

    def _explained(self, error: duckdb.Error, before: int, size: int) -> DataError:
        said = next((line for line in str(error).splitlines() if line.strip()), "it cannot be evaluated")
        said = said.partition(": ")[2] or said
        place = Place(field=self._field)
        if "not found in FROM clause" in said and said.count('"') >= 2:
            name = said.split('"')[1]
            return DataError(f"no row has the field '{name}'", place=place, remedy=nearest(name, list(self._seen)))
        remedy = "fields are named as they are in the rows, and texts of a CSV become numbers by age::int"
        return DataError(f"in the rows {before + 1} to {before + size}: {said}", place=place, remedy=remedy)


def check_steady(connection: duckdb.DuckDBPyConnection, sql: str, place: Place) -> None:
    """Raises UsageError where SQL does not parse, or would give something else each time it is asked."""
    text = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    assert text is not None
    tree = json.loads(text[0])
    if tree.get("error"):
        said = tree.get("error_message") or "it is no SELECT"
        raise UsageError(f"the SQL does not parse: {said}", place=place, remedy="it is SQL as DuckDB speaks it")
    used = set(_functions(tree))
    if wrong := sorted(used & {name for (name,) in connection.execute(_CHANGING).fetchall()}):
        raise changing(f"{wrong[0]}()", place)


def changing(what: str, place: Place) -> UsageError:
    """The error for SQL that is another at each reading."""
    return UsageError(
        f"{what} gives something else at each reading, and a run could not be resumed",
        place=place,
        remedy="draw with `sample` or `shuffle`, which go by a seed, and write a time as it is",
    )


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _functions(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get("class") == "FUNCTION":
            yield str(tree.get("function_name"))
        # A bare `current_date` is a column's name to the parser.
        if tree.get("class") == "COLUMN_REF" and len(tree.get("column_names") or ()) == 1:
            yield str(tree["column_names"][0]).lower() if str(tree["column_names"][0]).startswith("current_") else ""
        for value in tree.values():
            yield from _functions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _functions(value)


def _column(values: list[Any]) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        # Values of several types: each as text, or as JSON.
        return pa.array([v if v is None or isinstance(v, str) else orjson.dumps(v).decode() for v in values])
