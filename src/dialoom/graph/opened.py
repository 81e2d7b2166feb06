"""Opening a file to read, unpacked on the way."""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

PACKED = (".gz", ".bz2", ".zst")


def bare_ending(path: Path) -> str:
    """The ending of a file's name without that of its compression, in small letters: `.jsonl` of `a.JSONL.gz`."""
    return Path(path.stem).suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file; of one that ends in .gz, .bz2 or .zst, those that were packed."""
    packed = path.suffix.lower()
    if packed == ".gz":
        with gzip.open(path, "rb") as file:
            yield cast(BinaryIO, file)
    elif packed == ".bz2":
        with bz2.open(path, "rb") as unpacked:
            yield cast(BinaryIO, unpacked)
    elif packed == ".zst":
        import pyarrow as pa

        with path.open("rb") as stored, pa.CompressedInputStream(stored, "zstd") as stream:
            yield cast(BinaryIO, io.BufferedReader(stream))
    else:
        with path.open("rb") as file:
            yield file
