"""The records that wait to be walked: the deepest first, new seeds only when nothing deeper waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from dialoom.graph.record import Record


class Frontier:
    """Stacks of records, one for each depth, above a stream of seeds.

    Depth first keeps it small: no record is taken while a deeper one waits, so at each depth there wait at most the
    children of as many records as are walked at once, and never the whole source.

    Args:
        admits: whether another seed may be drawn now; see `look_again`.
    """

    def __init__(self, seeds: Iterator[Record], admits: Callable[[], bool] = lambda: True) -> None:
        self._seeds: Iterator[Record] | None = seeds
        self._admits = admits
        self._waiting: list[list[tuple[Record, str | None]]] = []
        self._working = 0
        self._idle: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        """Records that wait; seeds not yet drawn are not counted."""
        return sum(map(len, self._waiting))

    @property
    def working(self) -> int:
        """Records that are being walked."""
        return self._working

    @property
    def idle(self) -> int:
        """How many wait for a record."""
        return len(self._idle)

    def push(self, records: list[Record], after: str) -> None:
        """Add records that go on after a node; the first of them is taken first."""
        for record in reversed(records):
            depth = len(record.position)
            while len(self._waiting) <= depth:
                self._waiting.append([])
            self._waiting[depth].append((record, after))
        self._wake(len(records))

    async def take(self) -> tuple[Record, str | None] | None:
        """The next record and the node it has passed (None for a seed); None when nothing is left or can come."""
        while True:
            for stack in reversed(self._waiting):
                if stack:
                    self._working += 1
                    return stack.pop()
            if self._seeds is not None and self._admits():
                record = next(self._seeds, None)
                if record is not None:
                    self._working += 1
                    return record, None
                self._seeds = None
            if self._seeds is None and self._working == 0:
                self._wake(len(self._idle))
                return None
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(turn)
            await turn

    def look_again(self) -> None:
        """Seeds that were not admitted may be so now."""
        self._wake(len(self._idle))

    def close(self) -> None:
        """Draw no further seeds."""
        self._seeds = None
        self._wake(len(self._idle))

    def done(self) -> None:
        """A record that was taken has come to an end."""
        self._working -= 1
        if self._working == 0:
            self._wake(len(self._idle))

    def _wake(self, count: int) -> None:
        """Let so many of those that wait look again, and no more: there may be thousands."""
        while self._idle and count > 0:
            turn = self._idle.popleft()
            if not turn.done():
                turn.set_result(None)
                count -= 1
