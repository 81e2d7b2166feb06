"""Bringing a corpus that an older dialoom made up to date: columns are added, and no file is rewritten."""

from __future__ import annotations

import pyarrow as pa

from dialoom.corpus import _lance
from dialoom.corpus._lance import VERSION_KEY, Location
from dialoom.corpus._load_lance import lance
from dialoom.corpus.schema import SCHEMA, SCHEMA_VERSION, completed


def upgrade(table: lance.LanceDataset, location: Location) -> lance.LanceDataset:
    """The table, with every column of today's schema. Earlier versions stay as they are."""

    def attempt() -> lance.LanceDataset:
        newest = _lance.open_table(location, "dialogues", SCHEMA_VERSION)
        new = [field for field in SCHEMA if field.name not in newest.schema.names]
        if new:
            _fill(newest, pa.schema(new))
            newest.update_schema_metadata({VERSION_KEY: str(SCHEMA_VERSION)})
        return newest

    if set(SCHEMA.names) <= set(table.schema.names):
        return table
    with _lance.storage("add columns to", location):
        return _lance.patiently(attempt)


def _fill(table: lance.LanceDataset, new: pa.Schema) -> None:
    def values(batch: pa.RecordBatch) -> pa.RecordBatch:
        return completed(batch).select(new.names).combine_chunks().to_batches()[0]

    filled = lance.batch_udf(output_schema=new)(values)  # type: ignore[no-untyped-call]
    table.add_columns(filled, read_columns=table.schema.names)
