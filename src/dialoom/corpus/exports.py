"""The files that were written from a corpus, so that each can be found from the dialogues in it."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dialoom.corpus._sql import matches
from dialoom.corpus.held_out import file_key
from dialoom.corpus.scan import hashes_of
from dialoom.corpus.search import Search
from dialoom.corpus.tally import sum_of

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_TABLE = "exports"


class Export(NamedTuple):
    """A file that was written.

    Attributes:
        file_hash: SHA-256 of the file, or of the folder's files.
        version, version_hash: what it was written from; `where` which of its dialogues.
        rows, rows_hash: how many these were, and their content hash.
    """

    at: datetime
    file: str
    file_hash: str
    format: str
    version: int
    version_hash: str
    where: str | None
    rows: int
    rows_hash: str


def note_export(corpus: Corpus, file: Path, *, form: str, version: int, where: str | None) -> None:
    """Keep in the corpus that a file in some format was written from a version."""
    told = next(each for each in corpus.versions() if each.number == version)
    hashes = hashes_of(corpus.at(version), where)
    row = {
        "file": str(file.absolute()),
        "file_hash": file_key(file),
        "format": form,
        "where": where,
        "rows": len(hashes),
        "rows_hash": sum_of(hashes).hex,
        "version": version,
        "version_hash": told.hash,
    }
    corpus.add(_TABLE, [row])


def exports_of(corpus: Corpus) -> list[Export]:
    """Every file that was written, in the order of writing."""
    return [Export(*(row[name] for name in Export._fields)) for row in corpus.read(_TABLE).to_pylist()]


def exports_holding(corpus: Corpus, name: str, search: Search | None = None) -> list[Export]:
    """The files that a dialogue is in.

    A version never changes, so the version and the condition tell; a condition that uses chance cannot be asked again.

    Args:
        search: one for the same dialogue, so that what it has read is not read again.
    """
    search = search or Search(name)
    held = []
    for version, exports in groupby(exports_of(corpus), key=lambda export: export.version):
        rows = search.rows(corpus.at(version))
        if len(rows):
            of_version = list(exports)
            chosen = matches(rows, [export.where or "true" for export in of_version])
            held += [export for export, holds in zip(of_version, chosen, strict=True) if holds]
    return held
