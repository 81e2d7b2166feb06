"""The durable record of every answered model call, keyed by content."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
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
_INSERT = "INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


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


class Ledger:
    """An SQLite file of answered calls.

    Answers are written by a thread of the ledger's own, all that have come in since the last commit in one
    transaction; `put` returns when its answer is on disk (WAL, synchronous=NORMAL: safe against a killed process;
    a power cut can cost the last moments, never the file).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: list[tuple[tuple[Any, ...], asyncio.Future[None]]] = []
        self._wake = threading.Condition()
        self._closing = False
        try:
            self._reader = sqlite3.connect(path, isolation_level=None)
            self._reader.execute("PRAGMA journal_mode=WAL")
            self._reader.execute(f"PRAGMA cache_size={_CACHE}")
            self._reader.execute(_SCHEMA)
        except sqlite3.Error as error:
            raise _storage_error(path, error) from error
        self._writer = threading.Thread(target=self._write, name="ledger", daemon=True)
        self._writer.start()

    def get(self, key: str) -> Entry | None:
        """The entry of a call that was answered before."""
        try:
            row = self._reader.execute("SELECT * FROM calls WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise _storage_error(self.path, error) from error
        return Entry(*row) if row else None

    def count(self) -> int:
        """How many calls are in the ledger."""
        return int(self._reader.execute("SELECT count(*) FROM calls").fetchone()[0])

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
        with self._wake:
            self._inbox.append((row, durable))
            self._wake.notify()
        # Shielded: a record that is cancelled has still been paid for, and its answer goes to disk.
        await asyncio.shield(durable)

    def close(self) -> None:
        """Write what is left and close the file."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._writer.join()
        self._reader.close()

    def _write(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=60)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA cache_size={_CACHE}")
        while True:
            with self._wake:
                while not self._inbox and not self._closing:
                    self._wake.wait()
                batch, self._inbox = self._inbox, []
                if not batch:
                    break
            failure: StorageError | None = None
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_INSERT, [row for row, _ in batch])
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                failure = _storage_error(self.path, error)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_settle, [durable for _, durable in batch], failure)
        connection.close()


def _settle(durables: list[asyncio.Future[None]], failure: StorageError | None) -> None:
    for durable in durables:
        if durable.done():
            continue
        if failure is None:
            durable.set_result(None)
        else:
            durable.set_exception(failure)


def _storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"the ledger {path} cannot be used: {error}",
        remedy="free some disk space or mend the file's rights, then run the same command again; what it holds is safe",
    )
