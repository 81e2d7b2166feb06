"""A corpus as a data set that `datasets` loads: Parquet files by split, and the card."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from dialoom.corpus.card.page import About, Split, write_card
from dialoom.corpus.held_out import held_out, text_key
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.dialogue.shards import write_split
from dialoom.errors import DataError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


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
    write_card(corpus, folder, about, splits=splits)
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
        raise DataError(
            f"this is no folder of a split: {error}", place=Place(str(path)), remedy="make one: dialoom corpus split"
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
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        return Split(*write_split(folder, name, dialogues))
    except OSError as error:
        raise StorageError(
            f"cannot write the data set: {error.strerror or error}", place=Place(str(folder)), remedy="check the disk"
        ) from error
