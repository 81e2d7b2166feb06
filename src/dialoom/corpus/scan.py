"""Adding up a version by reading its rows: where no commit tells, and where it is to be verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dialoom.corpus._lance import reading, streamed
from dialoom.corpus._load_lance import lance
from dialoom.corpus._sql import arrow, select
from dialoom.corpus.schema import SCHEMA, content_hash
from dialoom.corpus.tally import COLUMNS, Tally


def tally_of(table: lance.LanceDataset) -> Tally:
    """The tally of all rows of a version."""
    if "hash" in table.schema.names:
        return Tally.of(row for row in rows_of(table, list(COLUMNS)))
    return Tally.of(row | {"hash": content_hash(row)} for row in rows_of(table))


def rows_of(table: lance.LanceDataset, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a version as they lie in the table, streamed."""
    names = [name for name in SCHEMA.names if name in table.schema.names] if columns is None else columns
    with reading(table):
        for batch in streamed(table, names):
            yield from batch.to_pylist()


def hashes_of(table: lance.LanceDataset, where: str | None) -> list[bytes]:
    """The content hashes of the rows that meet a condition."""
    if "hash" in table.schema.names:
        return arrow(table, select("hash", where=where)).column(0).to_pylist()  # type: ignore[no-any-return]
    return [content_hash(row) for row in arrow(table, select("*", where=where)).to_pylist()]
