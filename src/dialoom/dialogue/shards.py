"""Parquet files of one split of a data set, named as `datasets` expects them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dialoom.dialogue.columns import arrow_schema, row_of
from dialoom.dialogue.dialogue import Dialogue

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 1_000
_FILE_ROWS = 100_000


class Shards(NamedTuple):
    """The files of a split, by path from the data set's folder, and how many dialogues they hold."""

    split: str
    rows: int
    files: tuple[str, ...]


class SplitWriter:
    """Writes the Parquet files of one split as a stream; they get their names when it is known how many they are.

    Args:
        folder: of the data set; the files lie in its folder `data`, which is there.
        split: its name, in which what is neither letter, digit nor underscore becomes an underscore.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self.split = re.sub(r"\W", "_", split)
        self._data = folder / "data"
        self._parts: list[Path] = []
        self._waiting: list[Dialogue] = []
        self._writer: Any = None
        self._in_file = 0
        self._rows = 0

    def add(self, dialogue: Dialogue) -> None:
        self._waiting.append(dialogue)
        if len(self._waiting) >= CHUNK:
            self._flush()

    def close(self) -> Shards:
        """Names the files. Call it once, at the end."""
        self._flush()
        self._end_file()
        names = [f"{self.split}-{number:05d}-of-{len(self._parts):05d}.parquet" for number in range(len(self._parts))]
        for part, name in zip(self._parts, names, strict=True):
            part.replace(self._data / name)
        return Shards(self.split, self._rows, tuple(f"data/{name}" for name in names))

    def abandon(self) -> None:
        """Closes what is open, and names nothing."""
        self._end_file()

    def _flush(self) -> None:
        import pyarrow.parquet as pq

        if not self._waiting:
            return
        table = table_of(self._waiting)
        if self._writer is None:
            part = self._data / f"{self.split}-{len(self._parts):05d}.part"
            self._parts.append(part)
            self._writer = pq.ParquetWriter(part, arrow_schema(), compression="zstd")
        self._writer.write_table(table)
        self._in_file += len(self._waiting)
        self._rows += len(self._waiting)
        self._waiting = []
        if self._in_file >= _FILE_ROWS:
            self._end_file()

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._in_file = None, 0


def write_split(folder: Path, split: str, dialogues: Iterable[Dialogue]) -> Shards:
    """All dialogues of one split."""
    writer = SplitWriter(folder, split)
    try:
        for dialogue in dialogues:
            writer.add(dialogue)
        return writer.close()
    finally:
        writer.abandon()


def table_of(dialogues: Iterable[Dialogue]) -> pa.Table:
    """Dialogues as a table of `arrow_schema`."""
    import pyarrow as pa

    return pa.Table.from_pylist([row_of(dialogue) for dialogue in dialogues], schema=arrow_schema())


def chunks(dialogues: Iterable[Dialogue]) -> Iterator[list[Dialogue]]:
    """Dialogues in lists that fit a row group."""
    streamed = iter(dialogues)
    while chunk := list(islice(streamed, CHUNK)):
        yield chunk
