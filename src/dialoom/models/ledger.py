"""The durable record of every answered model call, keyed by content."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter, time

from dialoom.errors import StorageError
from dialoom.models._calls import Calls, storage_error
from dialoom.models.chat import ChatAnswer
from dialoom.models.entry import Entry
from dialoom.models.journal import Journal, entries, files, framed
from dialoom.models.seen import Seen

# How long answers gather before they go to the table, and how many may wait for that.
_GATHER = 0.5
_MOST_WAITING = 4096
_PAUSE = 0.01
# Where writes take longer than this, in the mean of the last few, they are left to a thread, each with all that came
# meanwhile. A single one may have waited for another thread of ours.
_SLOW_WRITE = 0.002
_WEIGHT = 1 / 8
# With more calls in the table than this, it is asked each time: the filter would say yes too often.
_MOST_SEEN = 4_000_000


class Ledger:
    """The answered calls of a run: a journal, to which each answer is appended as it comes, and a table, to which a
    thread takes them over in batches.

    `put` returns when its answer is in the journal's file, and so safe against a killed process; a power cut can cost
    the last moments, never the file. What the journal of a killed run holds goes to the table when the ledger is opened
    again. One object at a time may have a ledger open; others read it with `ReadLedger`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._table = Calls(path)
        for file in files(path):
            self._table.add(entries(file))
            file.unlink()
        self._seen = self._seen_so_far()
        self._journal = Journal(path)
        self._lock = threading.Lock()
        # Calls in the journal that are not in the table yet.
        self._waiting: dict[str, Entry] = {}
        # What goes to the table in turn; after all entries of a file, the file itself, to be dropped. None is the end.
        self._queue: SimpleQueue[Entry | Path | None] = SimpleQueue()
        self._written = self._queued = 0
        self._write_seconds = 0.0
        self._buffer: list[tuple[Entry, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        # One of its own, which others' work does not keep busy, and which `close` can wait for.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._failure: StorageError | None = None
        self._closing = threading.Event()
        self._mover = threading.Thread(target=self._move, args=(Calls(path),), name="ledger", daemon=True)
        self._mover.start()

    def get(self, key: str) -> Entry | None:
        """The entry of a call that was answered before."""
        if self._seen is not None and key not in self._seen:
            return None
        return self._waiting.get(key) or self._table.get(key)

    def last_row(self) -> int:
        """The number of the call that was in the table last; 0 where there was none."""
        return self._table.last_row()

    def calls_after(self, row: int) -> Iterator[tuple[str, str, int, int, float]]:
        """(node, model, prompt tokens, completion tokens, latency) of the table's calls after one."""
        return self._table.after(row)

    async def put(self, key: str, model: str, node: str, record: str, request: bytes, answer: ChatAnswer) -> None:
        """Write an answer; returns once it is durable. Raises StorageError if it cannot be written, and where the table
        has failed: then it is in the journal nevertheless, if that takes it."""
        entry = Entry(
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
        if self._write_seconds > _SLOW_WRITE:
            await self._write_with_others(entry)
        else:
            self._write([entry])
            self._enter([entry])
        if self._failure is not None:
            raise self._failure
        # A thread lets it go on, which has no event of this loop to set.
        while len(self._waiting) > _MOST_WAITING and self._failure is None:  # noqa: ASYNC110
            await asyncio.sleep(_PAUSE)

    def close(self) -> None:
        """Take all to the table and close the files."""
        # Whoever waited for it may have been cancelled, and the next run may begin as soon as this returns.
        self._writer.shutdown()
        try:
            if rest := [entry for entry, _ in self._buffer]:
                self._buffer.clear()
                self._write(rest)
                self._enter(rest)
        finally:
            with self._lock:
                last = self._journal.turn()
            if self._written == self._queued:
                self._queue.put(last)
            self._queue.put(None)
            self._closing.set()
            self._mover.join()
            self._table.close()

    def _seen_so_far(self) -> Seen | None:
        if self._table.last_row() > _MOST_SEEN:
            return None
        seen = Seen()
        for key in self._table.keys():  # noqa: SIM118
            seen.add(key)
        return seen

    def _write(self, batch: list[Entry]) -> None:
        data = b"".join(map(framed, batch))
        begun = perf_counter()
        try:
            with self._lock:
                self._journal.write(data)
                self._written += len(batch)
        except OSError as error:
            raise storage_error(self.path, error) from error
        self._write_seconds += _WEIGHT * (perf_counter() - begun - self._write_seconds)

    def _enter(self, batch: list[Entry]) -> None:
        """Note what was written."""
        for entry in batch:
            self._waiting[entry.key] = entry
            if self._seen is not None:
                self._seen.add(entry.key)
            self._queue.put(entry)
        self._queued += len(batch)
        with self._lock:
            # Nothing may be in the file that is not in the queue before it.
            if self._journal.full and self._written == self._queued:
                self._queue.put(self._journal.turn())

    async def _write_with_others(self, entry: Entry) -> None:
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer.append((entry, durable))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        # A record that is cancelled here has been paid for all the same, and its answer goes to disk.
        await durable

    async def _flush(self) -> None:
        while self._buffer:
            taken, self._buffer = self._buffer, []
            batch = [entry for entry, _ in taken]
            failure: StorageError | None = None
            try:
                await asyncio.get_running_loop().run_in_executor(self._writer, self._write, batch)
            except StorageError as error:
                failure = error
            else:
                self._enter(batch)
            for _, durable in taken:
                if durable.done():
                    continue
                if failure is None:
                    durable.set_result(None)
                else:
                    durable.set_exception(failure)

    def _move(self, table: Calls) -> None:
        last = False
        try:
            while not last:
                first = self._queue.get()
                self._closing.wait(_GATHER)
                batch, last = self._gathered(first)
                table.add(item for item in batch if isinstance(item, Entry))
                for item in batch:
                    if isinstance(item, Entry):
                        self._waiting.pop(item.key, None)
                    else:
                        item.unlink(missing_ok=True)
        except (StorageError, OSError) as error:
            # The journal keeps what the table lacks, for the next time the ledger is opened.
            self._failure = error if isinstance(error, StorageError) else storage_error(self.path, error)
        finally:
            table.close()

    def _gathered(self, first: Entry | Path | None) -> tuple[list[Entry | Path], bool]:
        """All that waits for the table, and whether nothing comes after it."""
        batch: list[Entry | Path] = []
        item = first
        while item is not None:
            batch.append(item)
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True


class ReadLedger:
    """A ledger that is only read, also while a run writes to it."""

    def __init__(self, path: Path) -> None:
        self._recent: dict[str, Entry] = {}
        for file in files(path):
            try:
                self._recent |= {entry.key: entry for entry in entries(file)}
            except FileNotFoundError:
                # Its entries are in the table by now.
                continue
        self._table = Calls(path)

    def get(self, key: str) -> Entry | None:
        """The entry of an answered call."""
        return self._recent.get(key) or self._table.get(key)

    def __iter__(self) -> Iterator[str]:
        """The keys of all calls, each once."""
        return iter(self._recent.keys() | set(self._table.keys()))

    def close(self) -> None:
        self._table.close()
