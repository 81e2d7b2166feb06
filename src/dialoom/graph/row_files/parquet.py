"""Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialoom.graph.row_files import Row, RowFile
from dialoom.graph.row_files._arrow import rows_of


def _read(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    def batches() -> Iterator[object]:
        with pq.ParquetFile(path) as file:
            # Without threads, which read ahead as far as memory goes.
            yield from file.iter_batches(batch_size=1024, use_threads=False)

    yield from rows_of(batches(), path, "Parquet")


ROWS = RowFile((".parquet", ".pq"), _read)
