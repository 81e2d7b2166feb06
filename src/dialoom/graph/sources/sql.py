"""`sql`: what a SELECT gives, from DuckDB, SQLite, Postgres, or files beside the recipe."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from dialoom.errors import DataError, MissingExtra, Place, UsageError
from dialoom.graph.plain import plain_row
from dialoom.graph.row_sql import changing, check_steady
from dialoom.graph.source import Row, Say, Source

if TYPE_CHECKING:
    import duckdb

_BATCH = 1024
_SQLITE = b"SQLite format 3\x00"
_POSTGRES = ("postgres://", "postgresql://")
_EXTENSION = "postgres"
# What gives something else each time in SQLite, whose SQL DuckDB cannot always parse.
_CHANGING = re.compile(r"\b(random|randomblob)\s*\(|\bcurrent_(?:date|time|timestamp)\b|'now'", re.IGNORECASE)


class Sql(Source):
    """The rows of a SELECT, which only reads.

    Give it an ORDER BY: without one a database may give the same rows in another order another time, and rows that are
    drawn by quota or kept up to a target would be others.
    """

    sql: str = Field(description="One SELECT. Without a database it reads files: select * from 'people.parquet'.")
    database: str | None = Field(
        default=None, description="A DuckDB or SQLite file beside the recipe, or postgresql://USER@HOST/NAME."
    )

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        names, found = self._asked(folder)
        for number, values in enumerate(found, 1):
            yield plain_row(dict(zip(names, values, strict=True)), Place(field=f"sql, row {number}"))

    def files(self, folder: Path) -> list[Path]:
        own = [folder / self.database] if self.database is not None and not self._is_postgres else []
        return [*own, *super().files(folder)]

    def place(self, folder: Path) -> Place:
        return Place(field="sql")

    @property
    def _is_postgres(self) -> bool:
        return self.database is not None and self.database.startswith(_POSTGRES)

    def _asked(self, folder: Path) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        if self.database is None or self._is_postgres:
            return self._ask_duckdb(folder, None)
        path = folder / self.database
        if not path.is_file():
            raise DataError(
                "there is no such database",
                place=Place(str(path)),
                remedy="relative paths start at the recipe; an address begins with postgresql://",
            )
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
        return self._ask_sqlite(path) if start == _SQLITE else self._ask_duckdb(folder, path)

    def _ask_sqlite(self, path: Path) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        # Python's own SQLite needs no extension of DuckDB's, which would have to be downloaded.
        if found := _CHANGING.search(self.sql):
            raise changing(found[0].strip().rstrip("("), Place(field="sql"))
        try:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            try:
                cursor = connection.execute(self.sql)
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._refused(str(error), path) from error
        if cursor.description is None:
            connection.close()
            raise self._refused("it gives no rows", path)

        def rows() -> Iterator[tuple[Any, ...]]:
            with closing(connection):
                try:
                    yield from cursor
                except sqlite3.Error as error:
                    raise self._refused(str(error), path) from error

        return self._names([column[0] for column in cursor.description]), rows()

    def _ask_duckdb(self, folder: Path, path: Path | None) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        import duckdb

        connection = self._connect(folder, path)
        try:
            check_steady(connection, self.sql, Place(field="sql"))
            relation = connection.sql(self.sql)
            if relation is None:
                raise self._refused("it gives no rows", path)
            names = self._names(relation.columns)
        except duckdb.Error as error:
            connection.close()
            raise self._refused(_first_line(error), path) from error
        except BaseException:
            connection.close()
            raise

        def rows() -> Iterator[tuple[Any, ...]]:
            with closing(connection):
                try:
                    for batch in relation.to_arrow_reader(_BATCH):
                        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
                except duckdb.Error as error:
                    raise self._refused(_first_line(error), path) from error

        return names, rows()

    def _connect(self, folder: Path, path: Path | None) -> duckdb.DuckDBPyConnection:
        import duckdb

        # With one thread rows come in the same order each time, as far as the SELECT does not leave it open.
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "file_search_path": str(folder.resolve()),
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
        }
        try:
            connection = duckdb.connect(str(path or ":memory:"), read_only=path is not None, config=config)
        except duckdb.Error as error:
            raise DataError(
                f"cannot open the database: {_first_line(error)}",
                place=Place(str(path)),
                remedy="it is to be a DuckDB or SQLite file that no other program is writing to",
            ) from error
        if self._is_postgres:
            self._attach_postgres(connection)
        return connection

    def _attach_postgres(self, connection: duckdb.DuckDBPyConnection) -> None:
        import duckdb

        place = Place(field="database")
        try:
            connection.execute(f"LOAD {_EXTENSION}")
        except duckdb.Error as error:
            connection.close()
            raise MissingExtra(
                "DuckDB's extension for Postgres is not installed",
                place=place,
                remedy=f"with a network, once: python -c \"import duckdb; duckdb.sql('INSTALL {_EXTENSION}')\"; or "
                "copy the table into a file (\\copy ... to 'rows.csv' csv header) and read that",
            ) from error
        try:
            assert self.database is not None
            address = self.database.replace("'", "''")
            connection.execute(f"ATTACH '{address}' AS source (TYPE {_EXTENSION}, READ_ONLY)")
            connection.execute("USE source")
        except duckdb.Error as error:
            connection.close()
            raise DataError(f"cannot reach the database: {_first_line(error)}", place=place) from error

    def _names(self, names: list[str]) -> list[str]:
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(
                f"two columns of the answer are called '{twice}'",
                place=Place(field="sql"),
                remedy="name them apart with AS",
            )
        return names

    def _refused(self, said: str, path: Path | None) -> DataError:
        where = f" by {path.name}" if path is not None else ""
        return DataError(
            f"the SELECT was refused{where}: {said}",
            place=Place(field="sql"),
            remedy="try it in the database's own shell; relative paths of files start at the recipe",
        )


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


SOURCE = Sql
