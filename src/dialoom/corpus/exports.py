"""The files that were written from a corpus, so that each can be found from the dialogues in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from dialoom.corpus import tables
from dialoom.corpus._sql import matches
from dialoom.corpus.held_out import file_key
from dialoom.corpus.scan import hashes_of
from dialoom.corpus.schema import content_hash
from dialoom.corpus.search import Search
from dialoom.corpus.tally import sum_of

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_TABLE = "exports"
# Half of a content hash tells a row from a million others with a chance of one in a hundred million to be wrong.
_MEMBER_BYTES = 8


class Export(NamedTuple):
    """A file that was written.

    Attributes:
        file: its path, or its address where it was uploaded.
        file_hash: SHA-256 of the file, or of the folder's files.
        version, version_hash: what it was written from; `where` which of its dialogues.
        rows, rows_hash: how many these were, and their content hash.
        set: which set of a split or mixture it is, such as `train`.
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
    set: str | None = None


def note_export(
    corpus: Corpus,
    file: Path,
    *,
    form: str,
    version: int,
    where: str | None,
    hashes: Iterable[bytes] | None = None,
    part: str | None = None,
    called: str | None = None,
) -> None:
    """Keep in the corpus that a file in some format was written from a version.

    Args:
        where: the condition that chose the dialogues.
        hashes: the content hashes of those that were written, where they are not all that meet the condition.
        part: which set of a split it is.
        called: where it is to be found, if it was written to be sent elsewhere.
    """
    told = next(each for each in corpus.versions() if each.number == version)
    written = hashes_of(corpus.at(version), where) if hashes is None else list(hashes)
    row = {
        "file": called or str(file.absolute()),
        "file_hash": file_key(file),
        "format": form,
        "where": where,
        "rows": len(written),
        "rows_hash": sum_of(written).hex,
        "version": version,
        "version_hash": told.hash,
        "set": part,
        "members": None if hashes is None else _members(written),
    }
    corpus.add(_TABLE, [row])


def exports_of(corpus: Corpus) -> list[Export]:
    """Every file that was written, in the order of writing."""
    names = [name for name in Export._fields if name in _columns(corpus)]
    return [Export(**row) for row in corpus.read(_TABLE, columns=names).to_pylist()] if names else []


def exports_holding(corpus: Corpus, name: str, search: Search | None = None) -> list[Export]:
    """The files that a dialogue is in.

    A version never changes, so the version and the condition tell, or the list of those that were written; a condition
    that uses chance cannot be asked again.

    Args:
        search: one for the same dialogue, so that what it has read is not read again.
    """
    search = search or Search(name)
    found = exports_of(corpus)
    of_version: dict[int, list[int]] = defaultdict(list)
    for index, export in enumerate(found):
        of_version[export.version].append(index)
    held: list[int] = []
    for version, indices in of_version.items():
        rows = search.rows(corpus.at(version))
        if len(rows):
            lists = _lists(corpus, version, len(indices))
            chosen = matches(rows, [found[index].where or "true" for index in indices])
            own = [content_hash(row) for row in rows.to_pylist()] if any(lists) else []
            held += [
                index
                for index, holds, members in zip(indices, chosen, lists, strict=True)
                if (holds if members is None else _holds(members, own))
            ]
    return [found[index] for index in sorted(held)]


def _columns(corpus: Corpus) -> list[str]:
    table = tables.opened(corpus.place, _TABLE)
    return [] if table is None else table.schema.names


def _lists(corpus: Corpus, version: int, number: int) -> list[bytes | None]:
    """The lists of members of a version's exports, None for those that hold all that meet their condition."""
    if "members" not in _columns(corpus):
        return [None] * number
    found: pa.Table = corpus.read(_TABLE, where=f"version = {version}", columns=["members"])
    return found.column(0).to_pylist()  # type: ignore[no-any-return]


def _members(hashes: Iterable[bytes]) -> bytes:
    starts = b"".join(each[:_MEMBER_BYTES] for each in hashes)
    return np.unique(np.frombuffer(starts, dtype="<u8")).tobytes()


def _holds(members: bytes, own: Iterable[bytes]) -> bool:
    listed = np.frombuffer(members, dtype="<u8")
    asked = np.frombuffer(_members(own), dtype="<u8")
    return bool(np.isin(asked, listed).any())
