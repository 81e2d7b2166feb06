"""A corpus as a data set that `datasets` loads: Parquet files by split, and the card."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from dialoom.corpus.card.page import About, Split, write_card
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.schema import rows_of
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_PLAIN = ("id", "provenance", "topic", "scenario", "style", "summary", "recipe", "recipe_hash", "seed")
_JSON = ("personas", "plan", "tags", "fields", "turn_notes", "lineage")
_TURN = pa.struct([pa.field("speaker", pa.string()), pa.field("text", pa.string())])
_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in _PLAIN),
        pa.field("n_turns", pa.int32()),
        pa.field("turns", pa.list_(_TURN)),
        *(pa.field(name, pa.string()) for name in _JSON),
    ]
)
_CHUNK = 1_000
_FILE_ROWS = 100_000


def write_dataset(
    corpus: Corpus, folder: Path, about: About, *, sets: Path | None = None, force: bool = False
) -> list[Split]:
    """Writes `data/SPLIT-*.parquet`, README.md and its plots; `datasets.load_dataset(folder)` reads them.

    Args:
        sets: a folder that `dialoom corpus split` or `mix` wrote, whose files become the splits; left out, what the
            corpus holds out is a split for each set, and all else is `train`.
        force: overwrite a data set that lies in the folder.

    Raises StorageError where something is in the way, DataError where there is nothing to write.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not force:
        raise StorageError(
            "there is something here already", place=Place(str(folder)), remedy="name another folder, or give --force"
        )
    chosen = _of_files(sets) if sets is not None else _of_corpus(corpus)
    shutil.rmtree(folder / "data", ignore_errors=True)
    splits = []
    for name, dialogues in chosen:
        split = _write(folder, name, dialogues)
        if split.rows:
            splits.append(split)
    if not splits:
        raise DataError("there are no dialogues to write", place=Place(corpus.location))
    write_card(corpus, folder, about, splits=splits, force=force)
    return splits


def _of_corpus(corpus: Corpus) -> Iterator[tuple[str, Iterator[Dialogue]]]:
    marks = held_out(corpus).texts
    version = corpus.version
    for chosen in [None, *sorted(set(marks.values()))]:
        found = corpus.dialogues(version)
        if marks:
            found = (one for one in found if marks.get(text_key(one.text())) == chosen)
        yield chosen or "train", found


def _of_files(folder: Path) -> Iterator[tuple[str, Iterator[Dialogue]]]:
    path = folder / "manifest.json"
    try:
        manifest = orjson.loads(path.read_bytes())
        files = [(str(file["file"]), manifest["format"]) for file in manifest["files"]]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        why = (error.strerror or "it cannot be read").lower() if isinstance(error, OSError) else "it is another's"
        raise DataError(
            f"this is no manifest of a split: {why}", place=Place(str(path)), remedy="make one: dialoom corpus split"
        ) from error
    for file, form in files:
        if form != "jsonl":
            raise DataError(
                f"the split is in the format '{form}', which leaves things out",
                place=Place(str(path), field="format"),
                remedy="split again with --to jsonl",
            )
        yield file.removesuffix(".jsonl"), read_dialogues(folder / file, form)


def _write(folder: Path, name: str, dialogues: Iterable[Dialogue]) -> Split:
    """One split, in files that are named once it is known how many they are."""
    name = re.sub(r"\W", "_", name)
    rows = 0
    files: list[Path] = []
    streamed = iter(dialogues)
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        while chunk := list(islice(streamed, _CHUNK)):
            path = folder / "data" / f"{name}-{len(files):05d}.part"
            files.append(path)
            written = 0
            with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
                while chunk:
                    writer.write_table(pa.Table.from_pylist(list(map(_row, chunk)), schema=_SCHEMA))
                    written += len(chunk)
                    chunk = list(islice(streamed, _CHUNK)) if written < _FILE_ROWS else []
            rows += written
        named = [
            path.with_name(f"{name}-{number:05d}-of-{len(files):05d}.parquet") for number, path in enumerate(files)
        ]
        for path, final in zip(files, named, strict=True):
            path.replace(final)
    except OSError as error:
        raise StorageError(
            f"cannot write the data set: {error.strerror or error}",
            place=Place(str(folder)),
            remedy="check the path and the disk",
        ) from error
    return Split(name, rows, tuple(f"data/{path.name}" for path in named))


def _row(dialogue: Dialogue) -> dict[str, Any]:
    (row,) = rows_of([dialogue], run="", batch="")
    turns = [{"speaker": turn.speaker, "text": turn.text} for turn in dialogue.turns]
    return {name: row[name] for name in (*_PLAIN, "n_turns", *_JSON)} | {"turns": turns}
