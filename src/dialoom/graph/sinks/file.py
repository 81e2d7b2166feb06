"""`file`: a file in a format of dialogues, or of flat rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from pydantic import Field

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS
from dialoom.dialogue.formats._files import refusals, whole
from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.flat_rows import FlatRows, flat_rows
from dialoom.graph.sink import Sink

_ROWS = "rows"
_BY_ENDING = {".jsonl": "jsonl", ".parquet": "parquet", "": "huggingface"}
_ROW_ENDINGS = (".jsonl", ".json", ".csv", ".parquet")
_BATCH = 1000


class FileSink(Sink):
    """A file beside the recipe, or a folder where the format is one.

    `to` names a format, as `dialoom export --to`. `rows` is one flat row a dialogue, as the file's ending tells: .json,
    .jsonl, .csv or .parquet; its fields, its text in `script`, its turns.
    """

    file: Path = Field(description="The file, or the folder of a data set.")
    to: str | None = Field(
        default=None,
        description="The format, or `rows`. Left out: .jsonl is jsonl, .parquet is parquet, a name without an ending "
        "huggingface, .json and .csv rows.",
    )
    columns: list[str] | None = Field(default=None, min_length=1, description="Of `rows`, the columns to write.")

    @property
    def form(self) -> str:
        chosen = self._format
        return chosen if self.columns is None else f"{chosen}: {', '.join(self.columns)}"

    @property
    def _format(self) -> str:
        return self.to or _BY_ENDING.get(self.file.suffix, _ROWS)

    def path(self, folder: Path) -> Path:
        return folder / self.file

    def problems(self, folder: Path) -> Iterator[DialoomError]:
        if self._format == _ROWS:
            if self._ending not in _ROW_ENDINGS:
                yield DialoomError(
                    f"rows are not written to a file that ends in '{self.file.suffix}'",
                    place=Place(field="file"),
                    remedy=f"use one of {', '.join(_ROW_ENDINGS)}, or name a format in 'to'",
                )
            return
        able = [name for name in FORMATS.names() if FORMATS.load(name).write is not None]
        if self._format not in able:
            remedy = nearest(self._format, [*able, _ROWS])
            yield DialoomError(f"no format '{self._format}' can be written", place=Place(field="to"), remedy=remedy)
            return
        if self.columns is not None:
            yield DialoomError(
                f"the format '{self._format}' has its own columns",
                place=Place(field="columns"),
                remedy="take `to: rows`",
            )
        path = self.path(folder)
        if not FORMATS.load(self._format).folder and path.is_dir():
            yield DialoomError("this is a folder, and a file is to be written", place=Place(field="file"))

    def write(self, dialogues: Iterable[Dialogue], path: Path) -> int:
        if self._format != _ROWS:
            write = FORMATS.load(self._format).write
            assert write is not None, "check finds formats that cannot be written"
            return write(dialogues, path)
        with flat_rows(dialogues, self.columns) as rows:
            writers = {".json": _write_json, ".jsonl": _write_jsonl, ".csv": _write_csv, ".parquet": _write_parquet}
            writers[self._ending](rows, path)
            return rows.count

    @property
    def _ending(self) -> str:
        name = self.file.with_suffix("") if self.file.suffix == ".gz" else self.file
        return name.suffix


def _write_jsonl(rows: FlatRows, path: Path) -> None:
    with whole(path) as file, refusals(path):
        for row in rows.read():
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _write_json(rows: FlatRows, path: Path) -> None:
    with whole(path) as file, refusals(path):
        file.write(b"[")
        for number, row in enumerate(rows.read()):
            file.write((b",\n" if number else b"\n") + orjson.dumps(row))
        file.write(b"\n]\n")


def _write_csv(rows: FlatRows, path: Path) -> None:
    with whole(path) as file, refusals(path):
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, lineterminator="\n")
        table.writerow(rows.columns)
        table.writerows(["" if value is None else value for value in row] for row in rows.cells())
        text.flush()
        # The file is closed by `whole`, once it is on disk.
        text.detach()


def _write_parquet(rows: FlatRows, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in rows.columns.items()])
    with whole(path) as file, refusals(path), pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows.cells()):
            columns = [
                pa.array(column, each.type) for column, each in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _batches(rows: Iterator[list[object]]) -> Iterator[list[list[object]]]:
    batch: list[list[object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


SINK = FileSink
