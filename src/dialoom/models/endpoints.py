"""The endpoints of a run: who may be called now, and who waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from time import monotonic

from dialoom.models.limiter import Limiter

_FIRST_REST = 1.0
_LONGEST_REST = 30.0


class Draining(Exception):
    """The run is stopping: a call that was not on its way, or waited to be tried again, is not sent any more."""


class Endpoint:
    """One base URL: its limiter, and whether it is resting after failures.

    Attributes:
        answers: how many calls it has answered.
        barren: how many calls in a row were given up without any answer between them.
    """

    def __init__(self, url: str, ceiling: int) -> None:
        self.url = url
        self.limiter = Limiter(ceiling)
        self.answers = 0
        self.barren = 0
        self._rests_until = 0.0
        self._rest = _FIRST_REST

    @property
    def resting(self) -> bool:
        return monotonic() < self._rests_until

    def answered(self) -> None:
        self.answers += 1
        self.barren = 0
        self._rest = _FIRST_REST
        self.limiter.answered()

    def failed(self) -> None:
        """Send it nothing for a while, twice as long each time, unless it is the only one there is."""
        self._rests_until = monotonic() + self._rest
        self._rest = min(_LONGEST_REST, self._rest * 2)


class Endpoints:
    """All endpoints of a run, one limiter each, shared by every model that calls them.

    A caller names the endpoints that would do and gets the one with the least in flight; it waits, first come first
    served, while none has room.

    Attributes:
        pausing: how many calls wait to be tried again.
    """

    def __init__(self) -> None:
        self.pausing = 0
        self._draining = asyncio.Event()
        self._known: dict[str, Endpoint] = {}
        self._waiting: deque[tuple[Sequence[Endpoint], asyncio.Future[Endpoint]]] = deque()

    def get(self, url: str, ceiling: int) -> Endpoint:
        """The endpoint at `url`; of several ceilings asked for, the lowest holds."""
        endpoint = self._known.setdefault(url, Endpoint(url, ceiling))
        if ceiling < endpoint.limiter.ceiling:
            endpoint.limiter = Limiter(ceiling)
        return endpoint

    async def acquire(self, candidates: Sequence[Endpoint]) -> Endpoint:
        """Take a slot at one of `candidates`; give it back with `release`. Raises Draining."""
        if self._draining.is_set():
            raise Draining
        if not self._waiting:
            endpoint = _least_busy(candidates)
            if endpoint is not None:
                endpoint.limiter.in_flight += 1
                return endpoint
        turn: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self._waiting.append((candidates, turn))
        self._serve()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release(turn.result())
            raise

    def release(self, endpoint: Endpoint) -> None:
        """Give a slot back and let the next caller have it."""
        endpoint.limiter.in_flight -= 1
        self._serve()

    async def pause(self, seconds: float) -> None:
        """Wait before trying a call again, without a slot. Raises Draining."""
        self.pausing += 1
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return
        finally:
            self.pausing -= 1
        raise Draining

    def drain(self) -> None:
        """Send no further call: those on their way go on, all others raise Draining."""
        self._draining.set()
        for _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(Draining())
        self._waiting.clear()

    def _serve(self) -> None:
        passed: list[tuple[Sequence[Endpoint], asyncio.Future[Endpoint]]] = []
        full: set[int] = set()
        while self._waiting:
            candidates, turn = self._waiting.popleft()
            if turn.done():
                continue
            if id(candidates) not in full:
                endpoint = _least_busy(candidates)
                if endpoint is not None:
                    endpoint.limiter.in_flight += 1
                    turn.set_result(endpoint)
                    continue
                full.add(id(candidates))
            passed.append((candidates, turn))
            if len(full) == len(self._known):
                break
        self._waiting.extendleft(reversed(passed))


def _least_busy(candidates: Sequence[Endpoint]) -> Endpoint | None:
    if len(candidates) == 1:
        return candidates[0] if candidates[0].limiter.has_room else None
    awake = [endpoint for endpoint in candidates if not endpoint.resting] or candidates
    roomy = [endpoint for endpoint in awake if endpoint.limiter.has_room]
    return min(roomy, key=lambda endpoint: endpoint.limiter.in_flight, default=None)
