"""What is under way at a provider, on disk: which request is in which batch, and answers that nobody has taken yet."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any, NamedTuple

from dialoom.errors import StorageError
from dialoom.models.batches.results import Result
from dialoom.models.faults import FaultKind

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    tag TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    intended_at REAL NOT NULL,
    file_id TEXT,
    asked_at REAL,
    batch_id TEXT
);
CREATE TABLE IF NOT EXISTS requests (
    key TEXT PRIMARY KEY,
    tag TEXT,
    form TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    why TEXT,
    answer BLOB,
    latency REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS requests_of_batch ON requests (tag) WHERE tag IS NOT NULL;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_INTEND = """
INSERT INTO requests (key, tag, form) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET tag = excluded.tag, form = excluded.form, refused = 0
"""
_FILE = "batches.sqlite"


class Kept(NamedTuple):
    """A request in the store.

    Attributes:
        tag: the batch it is under way in; None if it is in none.
        form: names the form in which it was sent.
        tries: in how many batches it was sent in vain.
        refused: whether the provider says that it will never be answered; `why` is what it said.
        answer: the answer, a chat completion.
    """

    tag: str | None
    form: str
    tries: int
    refused: bool
    why: str | None
    answer: bytes | None
    latency: float | None


class OpenBatch(NamedTuple):
    """A batch that was to be created. It surely was if there is a `batch_id`, surely not without an `asked_at`."""

    tag: str
    size: int
    intended_at: float
    file_id: str | None
    asked_at: float | None
    batch_id: str | None


class BatchStore:
    """An SQLite file in a folder of its own, which input files share. What changes it may be called from any thread.

    Every change is on disk when the method returns (WAL, synchronous=FULL: a batch costs money).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(folder / _FILE, isolation_level=None, check_same_thread=False, timeout=60)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.executescript(_SCHEMA)
            # Of its own, so that nobody who looks something up waits while a batch of many thousands is taken in.
            self._reader = sqlite3.connect(folder / _FILE, isolation_level=None, check_same_thread=False, timeout=60)
        except (OSError, sqlite3.Error) as error:
            raise _storage_error(folder, error) from error

    @staticmethod
    def there(folder: Path) -> bool:
        """Whether a store was begun in a folder."""
        return (folder / _FILE).exists()

    def close(self) -> None:
        with self._lock:
            self._reader.close()
            self._database.close()

    def find(self, key: str) -> Kept | None:
        """What is known of a request."""
        columns = "tag, form, tries, refused, why, answer, latency"
        rows = self._read(f"SELECT {columns} FROM requests WHERE key = ?", key)
        return Kept(*rows[0]) if rows else None

    def intend(self, tag: str, forms: Mapping[str, str]) -> None:
        """Note, before anything is sent, that the requests of these keys are to be one batch."""
        with self._transaction() as database:
            database.execute("INSERT INTO batches (tag, size, intended_at) VALUES (?, ?, ?)", (tag, len(forms), time()))
            database.executemany(_INTEND, ((key, tag, form) for key, form in forms.items()))

    def uploaded(self, tag: str, file_id: str) -> None:
        """Note that the input file is there, and that the batch will be asked for from now on."""
        with self._transaction() as database:
            database.execute("UPDATE batches SET file_id = ?, asked_at = ? WHERE tag = ?", (file_id, time(), tag))

    def opened(self, tag: str, batch_id: str) -> None:
        """Note that the batch was created."""
        with self._transaction() as database:
            database.execute("UPDATE batches SET batch_id = ? WHERE tag = ?", (batch_id, tag))

    def open_batches(self) -> list[OpenBatch]:
        """All batches that are not collected, the oldest first."""
        columns = "tag, size, intended_at, file_id, asked_at, batch_id"
        return [OpenBatch(*row) for row in self._read(f"SELECT {columns} FROM batches ORDER BY intended_at")]

    def forget(self, tag: str) -> None:
        """Give up a batch that brought nothing and cost nothing: its requests are as if it had not been."""
        with self._transaction() as database:
            database.execute("DELETE FROM requests WHERE tag = ? AND tries = 0", (tag,))
            database.execute("UPDATE requests SET tag = NULL WHERE tag = ?", (tag,))
            database.execute("DELETE FROM batches WHERE tag = ?", (tag,))

    def collect(self, tag: str, results: Iterable[Result], latency: float, unanswered: str) -> Counter[str]:
        """Take in what a batch brought, and close it, all in one step.

        A request that it brought nothing for was sent in vain once more, for the reason `unanswered`.
        Returns how many were `answered`, `refused`, to be sent `again`, or `locked out`.
        """
        counts: Counter[str] = Counter()
        with self._transaction() as database:
            for result in results:
                what, change, values = _change(result, latency)
                # A line about a request of some other batch, or a second one about the same, changes nothing.
                changed = database.execute(
                    f"UPDATE requests SET tag = NULL, {change} WHERE key = ? AND tag = ?", (*values, result.key, tag)
                ).rowcount
                counts[what] += changed
            counts["again"] += database.execute(
                "UPDATE requests SET tag = NULL, tries = tries + 1, why = ? WHERE tag = ?", (unanswered, tag)
            ).rowcount
            database.execute("DELETE FROM batches WHERE tag = ?", (tag,))
        return counts

    def forgive(self) -> None:
        """Forget in how many batches requests were sent in vain, and which were refused."""
        with self._transaction() as database:
            database.execute("DELETE FROM requests WHERE tag IS NULL AND answer IS NULL")

    def prune(self, in_ledger: Callable[[str], bool]) -> None:
        """Drop the answers that the ledger has."""
        with self._transaction() as database:
            keys = database.execute("SELECT key FROM requests WHERE answer IS NOT NULL").fetchall()
            database.executemany("DELETE FROM requests WHERE key = ?", (key for key in keys if in_ledger(key[0])))

    def fact(self, name: str) -> str | None:
        """Something that was learnt of the provider."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def learn(self, name: str, value: str) -> None:
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def _read(self, query: str, *values: object) -> list[Any]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _storage_error(self.folder, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                self._database.execute("COMMIT")
            except BaseException as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise _storage_error(self.folder, error) from error
                raise


def _change(result: Result, latency: float) -> tuple[str, str, tuple[object, ...]]:
    """What a result is, and what it changes in the row of its request."""
    if result.answer is not None:
        return "answered", "answer = ?, latency = ?", (result.answer, latency)
    assert result.fault is not None
    why = str(result.fault)
    if result.fault.kind is FaultKind.LOCKED_OUT:
        return "locked out", "why = ?", (why,)
    if result.fault.retryable:
        return "again", "tries = tries + 1, why = ?", (why,)
    return "refused", "refused = 1, why = ?", (why,)


def _storage_error(folder: Path, error: Exception) -> StorageError:
    return StorageError(
        f"the batches' file {folder / _FILE} cannot be used: {error}",
        remedy="free some disk space or mend the file's rights, then run the same command again; what it holds is safe",
    )
