"""A corpus as a data set that `datasets` loads: Parquet files by split, and the card."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dialoom.corpus.card.page import About, Split, write_card
from dialoom.corpus.exports import note_export
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.scan import hashes_of
from dialoom.corpus.schema import hash_of
from dialoom.corpus.splits.made import read_made
from dialoom.dialogue import Dialogue
from dialoom.dialogue.shards import write_split
from dialoom.errors import DataError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


class WrittenSplit(NamedTuple):
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
) -> list[WrittenSplit]:
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


def note_dataset(corpus: Corpus, folder: Path, splits: Iterable[WrittenSplit], *, called: str | None = None) -> None:
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


def _write(folder: Path, name: str, dialogues: Iterable[Dialogue], version: int) -> WrittenSplit:
    """One split, with the hashes of what each of its files holds."""
    hashes: list[bytes] = []

    def noted() -> Iterator[Dialogue]:
        for one in dialogues:
            hashes.append(hash_of(one))
            yield one

    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        shards = write_split(folder, name, noted())
    except OSError as error:
        raise StorageError(
            f"cannot write the data set: {error.strerror or error}",
            place=Place(str(folder)),
            remedy="check the path and the disk",
        ) from error
    rest = iter(hashes)
    files = {file: list(islice(rest, rows)) for file, rows in zip(shards.files, shards.rows_in, strict=True)}
    return WrittenSplit(shards.split, shards.rows, version, files)
