"""The workers of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

# A batch of a provider takes 50,000 questions, and each waits with its record.
_MOST = 65_536
_LEAST_SPARE = 16


class Crew:
    """Tasks that take records and walk them: enough to fill the slots of the models, and a spare one for each that
    waits to try a call again, as it holds no slot meanwhile.

    Args:
        slots: how many calls are worth having in flight.
        waiting: how many workers wait to try a call again.
        work: does one record; False when there is no more.
    """

    def __init__(self, slots: int, waiting: Callable[[], int], work: Callable[[], Awaitable[bool]]) -> None:
        self._base = min(_MOST, slots + slots // 4 + 1)
        # Bounded, so that an endpoint that refuses everything is not sent the whole source to refuse.
        self._spare = min(_MOST - self._base, max(slots, _LEAST_SPARE))
        self._waiting = waiting
        self._work = work
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_work = 0
        self._over = False

    async def work(self) -> None:
        """Work until there is nothing left. Raises the first error that ended a worker."""
        self.fill()
        failure: BaseException | None = None
        while self._tasks:
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self._tasks -= done
            for task in done:
                if not task.cancelled():
                    failure = failure or task.exception()
        if failure is not None:
            raise failure

    def fill(self) -> None:
        """Take on workers for those that wait; call it now and then."""
        while not self._over and self._at_work < self._wanted():
            self._at_work += 1
            self._tasks.add(asyncio.create_task(self._one()))

    def cancel(self) -> None:
        """Stop all workers where they are."""
        self._over = True
        for task in self._tasks:
            task.cancel()

    def _wanted(self) -> int:
        return self._base + min(self._spare, self._waiting())

    async def _one(self) -> None:
        try:
            while self._at_work <= self._wanted():
                if not await self._work():
                    self._over = True
                    return
        finally:
            self._at_work -= 1
