"""The workers of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

# A batch of a provider takes 50,000 questions, and each waits with its record.
_MOST = 65_536
_LEAST_SPARE = 16
# With fewer slots than this one worker more is always there, so that no server of one's own waits for us.
_FEW = 16
# For how many more than wait there are workers, and how much of that is remembered each time that the crew is filled.
_MARGIN = 1.5
_FADES = 0.9


class Whereabouts(NamedTuple):
    """Where the workers are.

    Attributes:
        calling: have a call in flight or wait for a slot.
        pausing: wait to try a call again.
        idle: wait for a record.
    """

    calling: int
    pausing: int
    idle: int


class Crew:
    """Tasks that take records and walk them: one for each slot of the models, and spare ones for those that hold no
    slot, as they wait to try a call again, or are busy with something else such as a slow function.

    No more than that at one endpoint: where workers always wait for a slot, each call has to be handed one by another,
    and is made no sooner. With several endpoints there is a quarter more, as those that queue at one
    leave slots of another empty.

    Args:
        slots: how many calls are worth having in flight.
        where: where the workers are.
        work: does one record; False when there is no more.
        several: whether the slots are those of several endpoints.
    """

    def __init__(
        self,
        slots: int,
        where: Callable[[], Whereabouts],
        work: Callable[[], Awaitable[bool]],
        *,
        several: bool = False,
    ) -> None:
        more = slots // 4 + 1 if several else int(slots < _FEW)
        self._base = min(_MOST, slots + more)
        # Bounded, so that an endpoint that refuses everything is not sent the whole source to refuse.
        self._spare = min(_MOST - self._base, max(slots, _LEAST_SPARE))
        # Some are always just between two calls.
        self._between = slots // 32 + 1
        self._paused = 0.0
        self._most_busy = min(_MOST - self._base, slots // 4 + 1)
        self._where = where
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
        """Take on workers for those that hold no slot; call it now and then."""
        self._paused *= _FADES
        wanted = self._wanted()
        while not self._over and self._at_work < wanted:
            self._at_work += 1
            self._tasks.add(asyncio.create_task(self._one()))

    def cancel(self) -> None:
        """Stop all workers where they are."""
        self._over = True
        for task in self._tasks:
            task.cancel()

    def _wanted(self) -> int:
        calling, pausing, idle = self._where()
        busy = self._at_work - calling - pausing - idle - self._between
        # The most of late: how many wait at a time goes up and down faster than workers come and go.
        self._paused = max(self._paused, _MARGIN * pausing)
        return self._base + min(self._spare, round(self._paused)) + max(0, min(self._most_busy, busy))

    async def _one(self) -> None:
        try:
            while self._at_work <= self._wanted():
                if not await self._work():
                    self._over = True
                    return
        finally:
            self._at_work -= 1
