"""The table of answered calls: an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from dialoom.errors import StorageError
from dialoom.models.entry import Entry

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    key TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    node TEXT NOT NULL,
    record TEXT NOT NULL,
    request BLOB NOT NULL,
    answer BLOB NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    latency REAL NOT NULL,
    answered_at REAL NOT NULL
)
"""
# Bytes of a page of a new ledger: an answer fits into one, and keys that are neighbours are written together.
_PAGE = 16_384
# SQLite's own cache in KiB (negative): the keys of tens of thousands of calls, each of which goes to another page.
_CACHE = -4096
_INSERT = "INSERT OR IGNORE INTO calls VALUES "
_ROW = f"({', '.join('?' * len(Entry._fields))})"
_MOST_ROWS = 256
_ROWS_AT_ONCE = 1024


class Calls:
    """One connection to the table; calls are numbered in the order in which they were added.

    Every method raises StorageError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
            # WAL with synchronous=NORMAL is safe against a killed process, and never corrupt after a power cut.
            for pragma in (f"page_size={_PAGE}", "journal_mode=WAL", "synchronous=NORMAL", f"cache_size={_CACHE}"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute(_SCHEMA)
        except sqlite3.Error as error:
            raise storage_error(path, error) from error

    def close(self) -> None:
        self._connection.close()

    def get(self, key: str) -> Entry | None:
        """The call with this key."""
        try:
            row = self._connection.execute("SELECT * FROM calls WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error
        return Entry(*row) if row else None

    def last_row(self) -> int:
        """The number of the call that was added last; 0 where there is none."""
        try:
            return int(self._connection.execute("SELECT coalesce(max(rowid), 0) FROM calls").fetchone()[0])
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error

    def after(self, row: int) -> Iterator[tuple[str, str, int, int, float]]:
        """(node, model, prompt tokens, completion tokens, latency) of the calls that were added after one."""
        try:
            yield from self._connection.execute(
                "SELECT node, model, prompt_tokens, completion_tokens, latency FROM calls WHERE rowid > ?", (row,)
            )
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error

    def keys(self) -> Iterator[str]:
        """The keys of all calls."""
        try:
            for (key,) in self._connection.execute("SELECT key FROM calls"):
                yield key
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error

    def add(self, entries: Iterable[Entry]) -> None:
        """Add calls in their order, each thousand of them or so whole or not at all; those that are there stay."""
        rest = iter(entries)
        while batch := list(islice(rest, _ROWS_AT_ONCE)):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._insert(batch)
                self._connection.execute("COMMIT")
            except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise storage_error(self._path, error) from error

    def _insert(self, batch: list[Entry]) -> None:
        # By few statements: around each the interpreter changes threads, and has to be waited for.
        done = 0
        while done < len(batch):
            # Powers of two, so that there are few different statements to compile.
            size = min(_MOST_ROWS, 1 << (len(batch) - done).bit_length() - 1)
            chunk = batch[done : done + size]
            self._connection.execute(_INSERT + ", ".join([_ROW] * size), list(chain.from_iterable(chunk)))
            done += size


def storage_error(path: Path, error: Exception) -> StorageError:
    """What a user is told of a ledger that cannot be used."""
    return StorageError(
        f"the ledger {path} cannot be used: {error}",
        remedy="free some disk space or mend the file's rights, then run the same command again; what it holds is safe",
    )
