"""Dialogues as Parquet with nested columns, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialoom.dialogue.columns import arrow_schema, dialogue_of
from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, refusals, whole
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._parquet_file import is_parquet, parquet_columns
from dialoom.dialogue.formats._rows import Row, read_each
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.shards import chunks, table_of
from dialoom.errors import DataError, Place

_OWN = {"id", "turns", "lineage"}


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """Files that this format and `dialoom push` wrote; Parquet in other forms is read by the format of its rows."""
    if path.is_file() and not is_parquet(path):
        raise DataError(
            "this is no Parquet file", place=Place(file=str(path)), remedy="name a file that begins with PAR1"
        )
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, _: int) -> Dialogue:
    return dialogue_of(row.values, row.place())


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Streamed in row groups of 1,000, compressed with zstd."""
    import pyarrow.parquet as pq

    number = 0
    with whole(path) as file:
        with refusals(path):
            writer = pq.ParquetWriter(file, arrow_schema(), compression="zstd")
        try:
            for chunk in chunks(dialogues):
                table = table_of(chunk)
                with refusals(path):
                    writer.write_table(table)
                number += len(chunk)
        finally:
            with refusals(path):
                writer.close()
    return number


def _fits(shape: Shape) -> bool:
    return shape.head.startswith(b"PAR1") and set(parquet_columns(shape.path)) >= _OWN


FORMAT = Format(
    name="parquet",
    about="dialogues as Parquet with nested columns, nothing lost",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".parquet",
)
