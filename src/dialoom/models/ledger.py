"""The durable record of every answered model call, keyed by content."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from time import time
from typing import Any

from dialoom.errors import StorageError
from dialoom.models.chat import ChatAnswer

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
# Pages of SQLite's own cache in KiB (negative): small, as the system caches the file anyway.
_CACHE = -512
_COLUMNS = 10
_INSERT = "INSERT OR IGNORE INTO calls VALUES "
_ROW = f"({', '.join('?' * _COLUMNS)})"
_MOST_ROWS = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A call in the ledger: what was asked (JSON) by which node for which record, and the raw answer."""

    key: str
    model: str
    node: str
    record: str
    request: bytes
    answer: bytes
    prompt_tokens: int
    completion_tokens: int
    latency: float
    answered_at: float


_Item = tuple[tuple[Any, ...], asyncio.Future[None]]


class Ledger:
    """An SQLite file of answered calls.

    Answers are written by a thread of the ledger's own, all that have come in since the last commit in one
    transaction; `put` returns when its answer is on disk (WAL, synchronous=NORMAL: safe against a killed process;
    a power cut can cost the last moments, never the file).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loop: asyncio.AbstractEventLoop | None = None
        # None ends the writer.
        self._inbox: SimpleQueue[_Item | None] = SimpleQueue()
        try:
            self._reader = sqlite3.connect(path, isolation_level=None)
            self._reader.execute("PRAGMA journal_mode=WAL")
            self._reader.execute(f"PRAGMA cache_size={_CACHE}")
            self._reader.execute(_SCHEMA)
            writing = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
            writing.execute("PRAGMA synchronous=NORMAL")
            writing.execute(f"PRAGMA cache_size={_CACHE}")
        except sqlite3.Error as error:
            raise _storage_error(path, error) from error
        self._writer = threading.Thread(target=self._write, args=(writing,), name="ledger", daemon=True)
        self._writer.start()

    def get(self, key: str) -> Entry | None:
        """The entry of a call that was answered before."""
        try:
            row = self._reader.execute("SELECT * FROM calls WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise _storage_error(self.path, error) from error
        return Entry(*row) if row else None

    def last_row(self) -> int:
        """The number of the call that was written last; 0 where there is none."""
        return int(self._reader.execute("SELECT coalesce(max(rowid), 0) FROM calls").fetchone()[0])

    def calls_after(self, row: int) -> Iterator[tuple[str, str, int, int, float]]:
        """(node, model, prompt tokens, completion tokens, latency) of the calls that were written after one."""
        try:
            yield from self._reader.execute(
                "SELECT node, model, prompt_tokens, completion_tokens, latency FROM calls WHERE rowid > ?", (row,)
            )
        except sqlite3.Error as error:
            raise _storage_error(self.path, error) from error

    async def put(self, key: str, model: str, node: str, record: str, request: bytes, answer: ChatAnswer) -> None:
        """Write an answer; returns once it is durable. Raises StorageError if it cannot be written."""
        self._loop = loop = asyncio.get_running_loop()
        row = (
            key,
            model,
            node,
            record,
            request,
            answer.raw,
            answer.prompt_tokens,
            answer.completion_tokens,
            answer.latency,
            time(),
        )
        durable: asyncio.Future[None] = loop.create_future()
        self._inbox.put((row, durable))
        # A record that is cancelled here has been paid for all the same, and its answer goes to disk.
        await durable

    def close(self) -> None:
        """Write what is left and close the file."""
        self._inbox.put(None)
        self._writer.join()
        self._reader.close()

    def _write(self, connection: sqlite3.Connection) -> None:
        closing = False
        while not closing:
            batch, closing = self._arrived()
            if not batch:
                break
            failure: StorageError | None = None
            try:
                connection.execute("BEGIN IMMEDIATE")
                _insert(connection, [row for row, _ in batch])
                connection.execute("COMMIT")
            except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
                failure = _storage_error(self.path, error)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_settle, [durable for _, durable in batch], failure)
        connection.close()

    def _arrived(self) -> tuple[list[_Item], bool]:
        """All answers that wait to be written, at least one of them, and whether they are the last."""
        batch: list[_Item] = []
        item = self._inbox.get()
        while item is not None:
            batch.append(item)
            try:
                item = self._inbox.get_nowait()
            except Empty:
                return batch, False
        return batch, True


def _insert(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Insert many rows by few statements: around each the interpreter changes threads, and has to be waited for."""
    done = 0
    while done < len(rows):
        # Powers of two, so that there are few different statements to compile.
        size = min(_MOST_ROWS, 1 << (len(rows) - done).bit_length() - 1)
        chunk = rows[done : done + size]
        connection.execute(_INSERT + ", ".join([_ROW] * size), list(chain.from_iterable(chunk)))
        done += size


def _settle(durables: list[asyncio.Future[None]], failure: StorageError | None) -> None:
    for durable in durables:
        if durable.done():
            continue
        if failure is None:
            durable.set_result(None)
        else:
            durable.set_exception(failure)


def _storage_error(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"the ledger {path} cannot be used: {error}",
        remedy="free some disk space or mend the file's rights, then run the same command again; what it holds is safe",
    )
