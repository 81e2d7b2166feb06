"""`database`: a table of DuckDB or SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from pydantic import Field

from dialoom.dialogue import Dialogue
from dialoom.errors import DialoomError, Place, StorageError
from dialoom.graph.flat_rows import FlatRows, flat_rows
from dialoom.graph.row_sql import quoted
from dialoom.graph.sink import Sink

_SQLITE = b"SQLite format 3\x00"
_SQLITE_ENDINGS = (".sqlite", ".sqlite3", ".db")
_DUCKDB_ENDINGS = (".duckdb", ".ddb")
_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "json": "VARCHAR"}
_BATCH = 1000


class DatabaseSink(Sink):
    """A table with one flat row a dialogue: its fields, its text in `script`, its turns as JSON. Other tables of the
    database stay; this one is replaced in one transaction."""

    database: Path = Field(description="A DuckDB file (.duckdb) or SQLite file (.sqlite, .db) beside the recipe.")
    table: str = Field(default="dialogues", min_length=1, description="The table, replaced where there is one.")
    columns: list[str] | None = Field(default=None, min_length=1, description="The columns to write; left out, all.")

    @property
    def form(self) -> str:
        return f"table {self.table}" + (f": {', '.join(self.columns)}" if self.columns else "")

    def path(self, folder: Path) -> Path:
        return folder / self.database

    def problems(self, folder: Path) -> Iterator[DialoomError]:
        known = (*_DUCKDB_ENDINGS, *_SQLITE_ENDINGS)
        if not self.path(folder).exists() and self.database.suffix not in known:
            yield DialoomError(
                f"cannot tell which database a file that ends in '{self.database.suffix}' is to be",
                place=Place(field="database"),
                remedy=f"use one of {', '.join(known)}; a server's table is filled from a CSV that a sink wrote",
            )

    def write(self, dialogues: Iterable[Dialogue], path: Path) -> int:
        with flat_rows(dialogues, self.columns) as rows:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if _is_sqlite(path):
                    self._to_sqlite(rows, path)
                else:
                    self._to_duckdb(rows, path)
            except (OSError, sqlite3.Error) as error:
                raise _refused(path, error) from error
            return rows.count

    def _to_sqlite(self, rows: FlatRows, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(f"DROP TABLE IF EXISTS {quoted(self.table)}")
                connection.execute(self._create(rows))
                signs = ", ".join("?" * len(rows.columns))
                connection.executemany(f"INSERT INTO {quoted(self.table)} VALUES ({signs})", rows.cells())
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def _to_duckdb(self, rows: FlatRows, path: Path) -> None:
        import duckdb
        import pyarrow as pa

        kinds = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64()}
        schema = pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in rows.columns.items()])
        try:
            with duckdb.connect(str(path)) as connection:
                # Closing a connection rolls back what was not committed.
                connection.execute("BEGIN")
                connection.execute(f"DROP TABLE IF EXISTS {quoted(self.table)}")
                connection.execute(self._create(rows))
                cells = rows.cells()
                while batch := list(islice(cells, _BATCH)):
                    columns = zip(zip(*batch, strict=True), schema, strict=True)
                    table = pa.table([pa.array(column, each.type) for column, each in columns], schema=schema)
                    connection.register("batch", table)
                    connection.execute(f"INSERT INTO {quoted(self.table)} SELECT * FROM batch")
                    connection.unregister("batch")
                connection.execute("COMMIT")
        except duckdb.Error as error:
            raise _refused(path, error) from error

    def _create(self, rows: FlatRows) -> str:
        columns = ", ".join(f"{quoted(name)} {_TYPES[kind]}" for name, kind in rows.columns.items())
        return f"CREATE TABLE {quoted(self.table)} ({columns})"


def _is_sqlite(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return path.suffix in _SQLITE_ENDINGS
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _refused(path: Path, error: BaseException) -> StorageError:
    said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return StorageError(
        f"cannot write the table: {said}",
        place=Place(str(path)),
        remedy="close other programs that use the database, or name another file",
    )


SINK = DatabaseSink
