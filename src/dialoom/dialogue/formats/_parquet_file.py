"""Parquet files as rows, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from dialoom.errors import DataError, Place

_MAGIC = b"PAR1"
_ROWS = 500


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does; false for what is no regular file."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        # Whoever reads it meets the same error, and knows how to tell it.
        return False


def parquet_columns(path: Path) -> list[str]:
    """The names of the columns. Raises DataError where the file is broken."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, error) from error


def parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows with their numbers, from 1. Raises DataError where the file is broken or holds none.

    A class that the `datasets` library stored as a number comes as its name.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            classes = _classes(file.schema_arrow.metadata)
            for batch in file.iter_batches(_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    for column, names in classes.items():
                        place = row.get(column)
                        if isinstance(place, int) and 0 <= place < len(names):
                            row[column] = names[place]
                    yield number, row
    except (pa.ArrowException, OSError) as error:
        raise _broken(path, error) from error
    if not number:
        raise DataError("the file is empty", place=Place(file=str(path)), remedy="name a file with at least one row")


def _classes(metadata: dict[bytes, bytes] | None) -> dict[str, list[str]]:
    """The names of classes by column, as `datasets` notes them beside the schema."""
    noted = (metadata or {}).get(b"huggingface")
    if noted is None:
        return {}
    try:
        features = from_json(noted)["info"]["features"]
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError):
        # A note that says something else is none of ours.
        return {}


def _broken(path: Path, error: Exception) -> DataError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"broken Parquet: {said}", place=Place(file=str(path)), remedy="write or download the file again")
