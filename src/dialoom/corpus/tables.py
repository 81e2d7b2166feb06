"""The tables beside the dialogues: facts about them and records of work, added to and never rewritten.

Each row says when it was written (`at`) and which version of the corpus was the newest then (`version`), so that a
reader of an older version sees what was known of it. A row may have columns that its table has not met before: they
are added to the table's schema, and rows written earlier hold null there; no file is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pyarrow as pa
from orjson import dumps

from dialoom.corpus import _lance
from dialoom.corpus._delete import deletion
from dialoom.corpus._lance import VERSION_KEY, Location
from dialoom.corpus._load_lance import lance
from dialoom.errors import DataError, Place, nearest

_SCHEMA_VERSION = 1
_ROWS = 4_096
_FEW_FILES = 32
# A search for a key opens every file, so these are larger than those of the dialogues.
_FILE_ROWS = 32_768
_STAMP = {"version": pa.int64(), "at": pa.timestamp("us", tz="UTC")}
_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()

TABLES: dict[str, dict[str, pa.DataType]] = {
    # Facts about dialogues.
    "tags": {"id": _TEXT, "name": _TEXT, "value": _TEXT, "by": _TEXT, "why": _TEXT},
    "ratings": {"id": _TEXT, "item": _TEXT, "value": _NUMBER, "rater": _TEXT, "comment": _TEXT},
    "held_out": {"set": _TEXT, "kind": _TEXT, "key": _TEXT, "name": _TEXT},
    "decisions": {"subject": _TEXT, "decision": _TEXT, "why": _TEXT, "who": _TEXT},
    "rejects": {"run": _TEXT, "id": _TEXT, "state": _TEXT, "node": _TEXT, "reasons": _TEXT, "record": _TEXT},
    # Records of work.
    "runs": {"run": _TEXT, "recipe": _TEXT, "recipe_hash": _TEXT, "directory": _TEXT, "text": _TEXT},
    "calls": {
        "run": _TEXT,
        "key": _TEXT,
        "model": _TEXT,
        "node": _TEXT,
        "record": _TEXT,
        "request": pa.binary(),
        "answer": pa.binary(),
        "prompt_tokens": _COUNT,
        "completion_tokens": _COUNT,
        "latency": _NUMBER,
        "answered_at": _NUMBER,
    },
    "exports": {
        "file": _TEXT,
        "file_hash": _TEXT,
        "format": _TEXT,
        "where": _TEXT,
        "rows": _COUNT,
        "rows_hash": _TEXT,
        "version_hash": _TEXT,
        "set": _TEXT,
        "members": pa.binary(),
    },
    "changes": {
        "kind": _TEXT,
        "what": _TEXT,
        "why": _TEXT,
        "run": _TEXT,
        "batch": _TEXT,
        "recipes": _TEXT,
        "added": _COUNT,
        "removed": _COUNT,
        "rows": _COUNT,
        "hash": _TEXT,
        "sums": _TEXT,
        "topics": _TEXT,
        "intents": _TEXT,
    },
}
_COMPRESSED = {"request", "answer", "record", "text"}


def add(location: Location, name: str, rows: Sequence[Mapping[str, Any]], version: int) -> None:
    """Append rows to a table, which is made where there is none, in one commit.

    Raises DataError where a value does not fit the type that its column has.
    """
    if rows:
        laid = _laid(location, name, rows, version)
        _lance.insert(_lance.open_table(location, name, _SCHEMA_VERSION), location, laid, f"add {len(rows)}", {})


def replace(location: Location, name: str, where: str, rows: Iterable[Mapping[str, Any]], version: int) -> None:
    """Put rows in the place of those that meet a condition, in one commit; memory holds some rows at a time."""

    def attempt() -> None:
        table = _lance.open_table(location, name, _SCHEMA_VERSION)
        old = table.to_table(columns=[], filter=where, with_row_id=True).column("_rowid").to_pylist()
        if not old and not new:
            return
        gone = deletion(table, old)
        operation = lance.LanceOperation.Update(
            removed_fragment_ids=gone.gone, updated_fragments=gone.updated, new_fragments=new
        )
        _lance.commit(table, operation, f"replace where {where}", {})

    if not location.has(known(name)):
        _lance.create(location, name, _schema(name))
    new: list[lance.FragmentMetadata] = []
    remaining = iter(rows)
    while part := list(islice(remaining, _ROWS)):
        laid = _laid(location, name, part, version)
        with _lance.storage(f"write {name} of", location):
            new += lance.fragment.write_fragments(laid, location.table(name), storage_options=dict(location.options))
    with _lance.storage(f"write {name} of", location):
        _lance.patiently(attempt)


def _laid(location: Location, name: str, rows: Sequence[Mapping[str, Any]], version: int) -> pa.Table:
    """The rows as Arrow, of the schema that the table now has."""
    stamp = {"version": version, "at": datetime.now(UTC)}
    whole = [stamp | _flat(row) for row in rows]
    if not location.has(known(name)):
        _lance.create(location, name, _schema(name))
    try:
        return pa.Table.from_pylist(whole, schema=_with_columns(location, name, whole).schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError) as error:
        raise DataError(
            f"a row does not fit the table '{name}': {error}",
            place=Place(file=location.table(name)),
            remedy="; ".join(f"{column}: {kind}" for column, kind in TABLES[name].items()),
        ) from error


def opened(location: Location, name: str) -> lance.LanceDataset | None:
    """A table, None where nothing was ever added to it."""
    return _lance.open_table(location, name, _SCHEMA_VERSION) if location.has(name) else None


def read(location: Location, name: str, *, where: str | None = None, columns: list[str] | None = None) -> pa.Table:
    """The rows of a table in the order they were added; `where` is a condition in Lance's own SQL."""
    table = opened(location, name)
    if table is None:
        schema = _schema(name)
        return (schema if columns is None else pa.schema([schema.field(each) for each in columns])).empty_table()
    with _lance.storage(f"read {name} of", location):
        return table.to_table(columns=columns, filter=where)


def compact(location: Location) -> None:
    """Merge the small files that many additions leave."""
    for name in TABLES:
        table = opened(location, name)
        if table is not None and len(table.get_fragments()) > _FEW_FILES:
            with _lance.storage(f"compact {name} of", location):
                table.optimize.compact_files(target_rows_per_fragment=_FILE_ROWS)


def known(name: str) -> str:
    """The name, if a table is called so. Raises DataError with the nearest one."""
    if name not in TABLES:
        raise DataError(f"a corpus has no table '{name}'", remedy=nearest(name, list(TABLES)))
    return name


def _schema(name: str) -> pa.Schema:
    fields = [_field(column, kind) for column, kind in (TABLES[name] | _STAMP).items()]
    return pa.schema(fields, metadata={VERSION_KEY: str(_SCHEMA_VERSION)})


def _field(name: str, kind: pa.DataType) -> pa.Field:
    packed = {"lance-encoding:compression": "zstd"} if name in _COMPRESSED else None
    return pa.field(name, kind, metadata=packed)


def _with_columns(location: Location, name: str, rows: Sequence[Mapping[str, Any]]) -> lance.LanceDataset:
    """The table, with a column for whatever the rows hold."""

    known = TABLES[name] | _STAMP
    names = sorted({column for row in rows for column in row})
    fields = [
        _field(column, known[column])
        if column in known
        else pa.field(column, pa.array([row.get(column) for row in rows]).type)
        for column in names
    ]

    def attempt() -> lance.LanceDataset:
        table = _lance.open_table(location, name, _SCHEMA_VERSION)
        new = [field for field in fields if field.name not in table.schema.names]
        if new:
            table.add_columns(pa.schema(new))
        return table

    with _lance.storage(f"add columns to {name} of", location):
        return _lance.patiently(attempt)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with lists and objects as JSON text, and without nulls."""
    return {
        name: dumps(value).decode() if isinstance(value, (dict, list, tuple)) else value
        for name, value in row.items()
        if value is not None
    }
