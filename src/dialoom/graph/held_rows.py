"""Rows held on disk while they are put in another order or matched, so that memory stays flat over any number."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from dialoom.errors import StorageError
from dialoom.graph.source import Row

_BATCH = 4096
_MEMORY = "256MB"


class HeldRows:
    """Tables `part0`, `part1` ... in a DuckDB file that is there as long as it is needed.

    Each has the columns `n` (the row's number, from 0), `key` and `row` (as JSON).
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._parts = 0

    def add(self, rows: Iterable[tuple[str | None, Row]]) -> int:
        """Hold rows with their keys in the next table; returns how many."""
        import pyarrow as pa

        name = f"part{self._parts}"
        self._parts += 1
        self._connection.execute(f"CREATE TABLE {name} (n BIGINT, key VARCHAR, row VARCHAR)")
        number = 0
        keys: list[str | None] = []
        texts: list[str] = []

        def put() -> None:
            nonlocal number
            batch = pa.table(
                {
                    "n": pa.array(range(number, number + len(keys)), pa.int64()),
                    "key": pa.array(keys, pa.string()),
                    "row": pa.array(texts, pa.string()),
                }
            )
            self._connection.register("batch", batch)
            self._connection.execute(f"INSERT INTO {name} SELECT n, key, row FROM batch")
            self._connection.unregister("batch")
            number += len(keys)
            keys.clear()
            texts.clear()

        for key, row in rows:
            keys.append(key)
            texts.append(orjson.dumps(row).decode())
            if len(keys) == _BATCH:
                put()
        if keys:
            put()
        return number

    def count(self, sql: str) -> int:
        """The number that a statement gives."""
        return int(self._connection.execute(sql).fetchone()[0])

    def values(self, sql: str) -> list[Any]:
        """The first column of the few rows that a statement gives."""
        return [found[0] for found in self._connection.execute(sql).fetchall()]

    def stream(self, sql: str) -> Iterator[tuple[Row | None, ...]]:
        """The rows that a statement gives; each of its columns is a `row`."""
        # A cursor of its own: a connection has one answer at a time.
        with self._connection.cursor() as cursor:
            for batch in cursor.sql(sql).to_arrow_reader(_BATCH):
                for found in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield tuple(None if text is None else orjson.loads(text) for text in found)


@contextmanager
def held_rows() -> Iterator[HeldRows]:
    """Room on disk for rows. Raises StorageError where there is none."""
    import duckdb

    try:
        with tempfile.TemporaryDirectory(prefix="dialoom-rows-") as folder:
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": _MEMORY,
                "temp_directory": str(Path(folder) / "spill"),
                "threads": 2,
            }
            with duckdb.connect(str(Path(folder) / "rows.duckdb"), config=config) as connection:
                yield HeldRows(connection)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StorageError(
            f"rows cannot be held on disk: {str(error).splitlines()[0]}",
            remedy=f"free space in {tempfile.gettempdir()}, or name another folder in TMPDIR",
        ) from error
