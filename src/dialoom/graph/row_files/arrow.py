"""Arrow: the IPC formats for files (also called Feather) and for streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialoom.graph.row_files import Row, RowFile
from dialoom.graph.row_files._arrow import rows_of

_FILE = b"ARROW1"


def _read(path: Path) -> Iterator[Row]:
    import pyarrow as pa

    def batches() -> Iterator[object]:
        with path.open("rb") as start:
            whole = start.read(len(_FILE)) == _FILE
        with pa.OSFile(str(path)) as stored:
            if not whole:
                with pa.ipc.open_stream(stored) as stream:
                    yield from stream
                return
            with pa.ipc.open_file(stored) as file:
                for index in range(file.num_record_batches):
                    yield file.get_batch(index)

    yield from rows_of(batches(), path, "Arrow")


ROWS = RowFile((".arrow", ".feather", ".ipc"), _read)
