"""SQL over one version of a Lance table, run by DuckDB.

DuckDB may hand its filters to an Arrow data set. Lance 8 panics on one whose column stands behind a list of structs
(lance#6130), so `Rows` lets Lance do the projection alone and filters what comes out with Arrow.

A statement can come from anybody: from a recipe, or from the record of an export in a corpus that was downloaded. So it
can only read, and nothing but the tables that were registered: no file, network, extension, setting or Python variable.
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

from dialoom.corpus._failures import ROOTS
from dialoom.corpus._lance import reading, streamed
from dialoom.corpus._load_lance import lance
from dialoom.corpus._sql_errors import refused
from dialoom.errors import UsageError

OFFSET = "_rowoffset"
ROW_ID = "_rowid"
# What Python makes of an argument's bytes that are no UTF-8.
_NO_TEXT = re.compile("[\ud800-\udfff]")
_COMMENT = re.compile(r"--[^\n]*")
# The first ones cannot be set once files are out of reach.
_LOCKED = (
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class Rows(pyarrow.dataset.Dataset):  # type: ignore[misc]
    """A Lance table as DuckDB reads it, with the row's offset and id as further columns if `numbered`.

    DuckDB takes an object for a table that it may scan many times, column by column, only if it is a pyarrow Dataset.

    Attributes:
        table: the Lance table.
        failure: what stopped a scan; DuckDB tells of it as if the statement were wrong.
    """

    def __init__(self, table: lance.LanceDataset, *, numbered: bool = True) -> None:
        self.table = table
        self.failure: BaseException | None = None
        self._more = (OFFSET, ROW_ID) if numbered else ()

    @property
    def schema(self) -> pa.Schema:
        schema = self.table.schema
        for name in self._more:
            schema = schema.append(pa.field(name, pa.uint64()))
        return schema

    def scanner(
        self, columns: list[str] | None = None, filter: pyarrow.dataset.Expression | None = None, **_: Any
    ) -> _Scan:
        """What DuckDB calls for each scan; further arguments only tune the batches."""
        return _Scan(self, self.schema.names if columns is None else columns, filter)


@dataclass(frozen=True, slots=True)
class _Scan:
    """One scan. pyarrow's own Scanner aborts the interpreter at exit where a LIMIT left it half read."""

    rows: Rows
    wanted: list[str]
    filter: pyarrow.dataset.Expression | None

    def to_reader(self) -> pa.RecordBatchReader:
        said = set(re.findall(r"\w+", str(self.filter))) if self.filter is not None else set[str]()
        more = [name for name in self.rows.schema.names if name in said and name not in self.wanted]
        try:
            batches = streamed(self.rows.table, self.wanted + more)
        except ROOTS as error:
            self.rows.failure = error
            raise
        schema = pa.schema([batches.schema.field(name) for name in self.wanted])
        return pa.RecordBatchReader.from_batches(schema, self._kept(batches))

    def _kept(self, batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                yield batch if self.filter is None else batch.filter(self.filter).select(self.wanted)
        except ROOTS as error:
            self.rows.failure = error
            raise


Source: TypeAlias = lance.LanceDataset | Rows | pa.Table


@contextmanager
def connect(table: lance.LanceDataset, **others: Source) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked DuckDB connection in which the table is called `dialogues`, and others by their names.

    SQL that DuckDB refuses becomes a UsageError, a table that cannot be read a StorageError.
    """
    sources = {"dialogues": Rows(table)} | {
        name: Rows(other, numbered=False) if isinstance(other, lance.LanceDataset) else other
        for name, other in others.items()
    }
    with _locked(sources) as connection:
        yield connection


@contextmanager
def _locked(sources: dict[str, Rows | pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = str(Path(tempfile.gettempdir()) / "dialoom-duckdb")
    with duckdb.connect(config={"temp_directory": spill}) as connection:
        for name, source in sources.items():
            connection.register(name, source)
        for setting in _LOCKED:
            connection.execute(setting)
        try:
            yield connection
        except duckdb.Error as error:
            for source in sources.values():
                if isinstance(source, Rows) and source.failure is not None:
                    with reading(source.table):
                        raise source.failure from error
            columns = [name for source in sources.values() for name in source.schema.names]
            raise refused(error, columns) from error


def select(columns: str, *, where: str | None = None, order: str | None = None) -> str:
    """A SELECT over `dialogues`. Raises UsageError for a `where` that says nothing."""
    return f"SELECT {columns} FROM dialogues{matching(where)}" + (f" ORDER BY {order}" if order else "")


def matching(where: str | None) -> str:
    """The WHERE clause of a condition, which stands on lines of its own, so that a comment in it ends with it.

    Raises UsageError where it says nothing.
    """
    if where is not None and not _COMMENT.sub("", where).strip():
        raise UsageError("the condition is empty", remedy="write a SQL condition, such as n_turns > 6, or leave it out")
    return "" if where is None else f" WHERE (\n{where}\n)"


def answered(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
) -> duckdb.DuckDBPyRelation:
    """The answer to one statement that only reads. Raises UsageError for any other."""
    if _NO_TEXT.search(sql):
        raise UsageError("the SQL holds bytes that are no UTF-8", remedy="write it in UTF-8")
    statements = connection.extract_statements(sql)
    if not statements:
        raise UsageError(
            "there is no SQL statement", remedy="such as: SELECT topic, count(*) FROM dialogues GROUP BY topic"
        )
    if len(statements) > 1:
        raise UsageError(f"these are {len(statements)} SQL statements", remedy="write one, without a semicolon in it")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = str(statements[0].type).rpartition(".")[2]
        raise UsageError(
            f"a statement of the kind {kind} cannot be run: a query only reads",
            remedy="write SELECT, WITH, DESCRIBE or SUMMARIZE; a PIVOT needs its values: ON topic IN ('a', 'b')",
        )
    return connection.sql(sql, params=list(parameters) or None)


def arrow(
    table: lance.LanceDataset,
    sql: str,
    parameters: Sequence[object] = (),
    **others: Source,
) -> pa.Table:
    """The result of one statement as an Arrow table."""
    with connect(table, **others) as connection:
        return answered(connection, sql, parameters).to_arrow_table()


def matches(rows: pa.Table, conditions: Sequence[str]) -> list[bool]:
    """For each condition whether it holds for any of some rows that were taken out of a table."""
    asked = ", ".join(f"count(*) FILTER (WHERE (\n{condition}\n)) > 0" for condition in conditions)
    with _locked({"dialogues": rows}) as connection:
        return list(answered(connection, f"SELECT {asked} FROM dialogues").fetchall()[0])
