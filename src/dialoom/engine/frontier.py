"""The records that wait to be walked: the deepest first, new seeds only when nothing deeper waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from dialoom.graph.record import Record


class Frontier:
    """A stack of records above a stream of seeds.

    Depth first keeps it small: at any time it holds the unwalked siblings of the records in work, never the whole
    source.
    """

    def __init__(self, seeds: Iterator[Record]) -> None:
        self._seeds: Iterator[Record] | None = seeds
        self._stack: list[tuple[Record, str | None]] = []
        self._working = 0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """Records that wait; seeds not yet drawn are not counted."""
        return len(self._stack)

    @property
    def working(self) -> int:
        """Records that are being walked."""
        return self._working

    def push(self, records: list[Record], after: str) -> None:
        """Add records that go on after a node; the first of them is taken first."""
        self._stack.extend((record, after) for record in reversed(records))
        self._changed.set()

    async def take(self) -> tuple[Record, str | None] | None:
        """The next record and the node it has passed (None for a seed); None when nothing is left or can come."""
        while True:
            if self._stack:
                self._working += 1
                return self._stack.pop()
            if self._seeds is not None:
                record = next(self._seeds, None)
                if record is not None:
                    self._working += 1
                    return record, None
                self._seeds = None
            if self._working == 0:
                self._changed.set()
                return None
            self._changed.clear()
            await self._changed.wait()

    def done(self) -> None:
        """A record that was taken has come to an end."""
        self._working -= 1
        if self._working == 0:
            self._changed.set()
