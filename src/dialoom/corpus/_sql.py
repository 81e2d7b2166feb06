"""SQL over one version of a Lance table, run by DuckDB.

DuckDB may hand its filters to an Arrow data set. Lance 8 panics on one whose column stands behind a list of structs
(lance#6130), so `Rows` lets Lance do the projection alone and filters what comes out with Arrow.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.dataset

from dialoom.corpus._load_lance import lance
from dialoom.errors import DataError, Place

OFFSET = "_rowoffset"
ROW_ID = "_rowid"


class Rows(pyarrow.dataset.Dataset):  # type: ignore[misc]
    """A Lance table as DuckDB reads it, with the row's offset and id as further columns if `numbered`.

    DuckDB takes an object for a table that it may scan many times, column by column, only if it is a pyarrow Dataset.
    """

    def __init__(self, table: lance.LanceDataset, *, numbered: bool = True) -> None:
        self._table = table
        self._more = (OFFSET, ROW_ID) if numbered else ()

    @property
    def schema(self) -> pa.Schema:
        schema = self._table.schema
        for name in self._more:
            schema = schema.append(pa.field(name, pa.uint64()))
        return schema

    def scanner(
        self, columns: list[str] | None = None, filter: pyarrow.dataset.Expression | None = None, **_: Any
    ) -> _Scan:
        """What DuckDB calls for each scan; further arguments only tune the batches."""
        names = self.schema.names
        return _Scan(self._table, names if columns is None else columns, names, filter)


@dataclass(frozen=True, slots=True)
class _Scan:
    """One scan. pyarrow's own Scanner aborts the interpreter at exit where a LIMIT left it half read."""

    table: lance.LanceDataset
    wanted: list[str]
    names: list[str]
    filter: pyarrow.dataset.Expression | None

    def to_reader(self) -> pa.RecordBatchReader:
        if self.filter is None:
            return self.table.scanner(columns=self.wanted).to_reader()
        said = set(re.findall(r"\w+", str(self.filter)))
        read = self.wanted + [name for name in self.names if name in said and name not in self.wanted]
        batches = self.table.scanner(columns=read).to_reader()
        schema = pa.schema([batches.schema.field(name) for name in self.wanted])
        kept = (batch.filter(self.filter).select(self.wanted) for batch in batches)
        return pa.RecordBatchReader.from_batches(schema, kept)


Source: TypeAlias = lance.LanceDataset | Rows | pa.Table


@contextmanager
def connect(table: lance.LanceDataset, **others: Source) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection in which the table is called `dialogues`, and others by their names.

    SQL that DuckDB refuses becomes a DataError.
    """
    spill = str(Path(tempfile.gettempdir()) / "dialoom-duckdb")
    connection = duckdb.connect(config={"temp_directory": spill})
    try:
        connection.register("dialogues", Rows(table))
        for name, other in others.items():
            connection.register(name, Rows(other, numbered=False) if isinstance(other, lance.LanceDataset) else other)
        yield connection
    except duckdb.Error as error:
        raise DataError(
            f"DuckDB cannot run this query: {error}",
            place=Place(field="sql"),
            remedy=f"the table is dialogues({', '.join(table.schema.names)})",
        ) from error
    finally:
        connection.close()


def select(columns: str, *, where: str | None = None, order: str | None = None) -> str:
    """A SELECT over `dialogues`; `where` stands on lines of its own, so that a comment in it ends with it."""
    condition = "" if where is None else f" WHERE (\n{where}\n)"
    return f"SELECT {columns} FROM dialogues{condition}" + (f" ORDER BY {order}" if order else "")


def arrow(
    table: lance.LanceDataset,
    sql: str,
    parameters: Sequence[object] = (),
    **others: Source,
) -> pa.Table:
    """The result of one statement as an Arrow table. Raises DataError where there is none to run."""
    if not sql.strip(" ;\n\t"):
        raise DataError(
            "there is no SQL statement", remedy="such as: SELECT topic, count(*) FROM dialogues GROUP BY topic"
        )
    with connect(table, **others) as connection:
        return connection.sql(sql, params=list(parameters) or None).to_arrow_table()


def matches(rows: pa.Table, conditions: Sequence[str]) -> list[bool]:
    """For each condition whether it holds for any of some rows that were taken out of a table."""
    asked = ", ".join(f"count(*) FILTER (WHERE (\n{condition}\n)) > 0" for condition in conditions)
    with duckdb.connect() as connection:
        connection.register("dialogues", rows)
        return list(connection.sql(f"SELECT {asked} FROM dialogues").fetchall()[0])
