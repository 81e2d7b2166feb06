"""Whether a corpus is whole: every row readable and as it was written, none twice, and the history true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dialoom.corpus import _lance, history, tables
from dialoom.corpus._damage import damage
from dialoom.corpus._load_lance import lance
from dialoom.corpus._sql import arrow
from dialoom.corpus.scan import rows_of
from dialoom.corpus.schema import content_hash
from dialoom.corpus.tally import Tally
from dialoom.errors import StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_TWICE = """
SELECT run, id, count(*) AS times FROM dialogues GROUP BY run, id HAVING count(*) > 1 ORDER BY run, id LIMIT 20
"""


class Verified(NamedTuple):
    """What was found: the version that was read, its rows and content hash, and every fault in words.

    Attributes:
        whole: where the version cannot be read in full, the newest one before it that can, if there is one.
    """

    version: int
    rows: int
    hash: str
    faults: tuple[str, ...]
    whole: int | None = None


def verify(corpus: Corpus, version: int | None = None) -> Verified:
    """Reads a version through.

    Each row's content must have the hash that was written with it, no dialogue of a run may be there twice, and rows
    and hash must be what the commits say they added up to, so that no commit is there in part. Every table beside the
    dialogues must be readable. Corpora that were made before rows had hashes are checked for the rest.
    """
    table = corpus.at(version)
    number = int(table.version)
    faults: list[str] = []
    tally = Tally()
    whole = None
    try:
        with _lance.storage("read", corpus.place):
            tally = Tally.of(_checked(table, faults))
    except StorageError as error:
        lost, whole = damage(corpus, number)
        faults += [
            f"{' or '.join(files)} of dialogues.lance is damaged or missing, with {rows:,} dialogues"
            for files, rows in lost
        ] or [error.what]
    else:
        faults += _twice(table)
        faults += _history(corpus, number, tally)
    faults += _beside(corpus)
    return Verified(number, tally.rows, tally.hex, tuple(faults), whole)


def _checked(table: lance.LanceDataset, faults: list[str]) -> Iterator[dict[str, object]]:
    hashed = "hash" in table.schema.names
    for row in rows_of(table):
        content = content_hash(row)
        if hashed and row["hash"] != content:
            faults.append(f"dialogue '{row['id']}' of run '{row['run']}' is not as it was written: its hash differs")
        yield row | {"hash": content}


def _twice(table: lance.LanceDataset) -> list[str]:
    rows = arrow(table, _TWICE).to_pylist()
    return [f"dialogue '{row['id']}' of run '{row['run']}' is there {row['times']} times" for row in rows]


def _history(corpus: Corpus, number: int, tally: Tally) -> list[str]:
    try:
        told = next(version for version in history.versions(corpus) if version.number == number)
    except StorageError as error:
        return [f"the history cannot be told: {error.what}"]
    if (told.rows, told.hash) == (tally.rows, tally.hex):
        return []
    return [
        f"version {number} holds {tally.rows} rows of hash {tally.hex}, and its commits tell of {told.rows} rows of "
        f"hash {told.hash}"
    ]


def _beside(corpus: Corpus) -> list[str]:
    faults = []
    for name in tables.TABLES:
        try:
            table = tables.opened(corpus.place, name)
            if table is not None:
                with _lance.storage(f"read {name} of", corpus.place):
                    for _ in table.to_batches():
                        pass
        except StorageError as error:
            faults.append(f"the table {name}: {error.what}")
    return faults
