"""A corpus as a data set that `datasets` loads: Parquet files by split, and the card."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from dialoom.corpus.card.page import About, Split, write_card
from dialoom.corpus.exports import note_export
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.scan import hashes_of
from dialoom.corpus.schema import hash_of, rows_of
from dialoom.corpus.splits.made import read_made
from dialoom.dialogue import Dialogue
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


class Written(NamedTuple):
    """A split that was written: from which version, and its files with the content hashes of the dialogues in them."""

    name: str
    rows: int
    version: int
    files: dict[str, list[bytes]]


def write_dataset(
    corpus: Corpus,
    folder: Path,
    about: About,
    *,
    sets: Path | None = None,
    as_made: bool = False,
    force: bool = False,
    note: bool = True,
) -> list[Written]:
    """Writes `data/SPLIT-*.parquet`, README.md and its plots; `datasets.load_dataset(folder)` reads them.

    Args:
        sets: a folder that `dialoom corpus split` or `mix` wrote, whose files become the splits; left out, what the
            corpus holds out is a split for each set, and all else is `train`.
        as_made: whether files of `sets` may hold what has been held out, taken out or changed since.
        force: overwrite a data set that lies in the folder.
        note: keep in the corpus which files were written; left out where `note_dataset` does so later.

    Raises StorageError where something is in the way, DataError where there is nothing to write, or what is held out
    would be learned from, or `sets` hold what the corpus does not.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not force:
        raise StorageError(
            "there is something here already", place=Place(str(folder)), remedy="name another folder, or give --force"
        )
    made = read_made(sets) if sets is not None else None
    version = corpus.version if made is None else made.version_in(corpus)
    if made is not None and not as_made:
        made.check(held_out(corpus).texts, frozenset(hashes_of(corpus.at(None), None)))
    chosen = _of_corpus(corpus, version) if made is None else made.dialogues()
    shutil.rmtree(folder / "data", ignore_errors=True)
    splits = []
    for name, dialogues in chosen:
        split = _write(folder, name, dialogues, version)
        if split.rows:
            splits.append(split)
    if not splits:
        raise DataError("there are no dialogues to write", place=Place(corpus.location))
    write_card(
        corpus, folder, about, splits=[Split(one.name, one.rows, tuple(one.files)) for one in splits], force=force
    )
    if note:
        note_dataset(corpus, folder, splits)
    return splits


def note_dataset(corpus: Corpus, folder: Path, splits: Iterable[Written], *, called: str | None = None) -> None:
    """Keeps in the corpus which files a data set has.

    Args:
        called: its address, where it was uploaded.
    """
    for split in splits:
        for file, hashes in split.files.items():
            note_export(
                corpus,
                folder / file,
                form="parquet",
                version=split.version,
                where=None,
                hashes=hashes,
                part=split.name,
                called=None if called is None else f"{called}/{file}",
            )


def _of_corpus(corpus: Corpus, version: int) -> Iterator[tuple[str, Iterator[Dialogue]]]:
    marks = held_out(corpus).texts
    for chosen in [None, *sorted(set(marks.values()))]:
        found = corpus.dialogues(version)
        if marks:
            found = (one for one in found if marks.get(text_key(one.text())) == chosen)
        yield chosen or "train", found


def _write(folder: Path, name: str, dialogues: Iterable[Dialogue], version: int) -> Written:
    """One split, in files that are named once it is known how many they are."""
    name = re.sub(r"\W", "_", name)
    rows = 0
    files: list[Path] = []
    hashes: list[list[bytes]] = []
    streamed = iter(dialogues)
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        while chunk := list(islice(streamed, _CHUNK)):
            path = folder / "data" / f"{name}-{len(files):05d}.part"
            files.append(path)
            hashes.append([])
            written = 0
            with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
                while chunk:
                    writer.write_table(pa.Table.from_pylist(list(map(_row, chunk)), schema=_SCHEMA))
                    hashes[-1] += map(hash_of, chunk)
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
    paths = [f"data/{path.name}" for path in named]
    return Written(name, rows, version, dict(zip(paths, hashes, strict=True)))


def _row(dialogue: Dialogue) -> dict[str, Any]:
    (row,) = rows_of([dialogue], run="", batch="")
    turns = [{"speaker": turn.speaker, "text": turn.text} for turn in dialogue.turns]
    return {name: row[name] for name in (*_PLAIN, "n_turns", *_JSON)} | {"turns": turns}
