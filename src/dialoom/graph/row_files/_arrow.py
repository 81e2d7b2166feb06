"""Rows out of Arrow's batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, Place
from dialoom.graph.plain import plain_row
from dialoom.graph.row_files import Row

_SLICE = 1024


def rows_of(batches: Iterator[Any], path: Path, what: str) -> Iterator[Row]:
    """The rows of some record batches. Raises DataError, with the row, where the file is damaged or a value has no
    form in JSON."""
    import pyarrow as pa

    number = 0
    try:
        for batch in batches:
            for start in range(0, batch.num_rows, _SLICE):
                for row in batch.slice(start, _SLICE).to_pylist():
                    number += 1
                    yield plain_row(row, Place(str(path), field=f"row {number}"))
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        after = f" after row {number:,}" if number else ""
        said = str(error).splitlines()[0]
        raise DataError(
            f"this is no {what} file, or it is damaged{after}: {said}",
            place=Place(str(path)),
            remedy="write or fetch it again",
        ) from error
