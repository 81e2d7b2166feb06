"""The endpoints of a run: who may be called now, and who waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from dialoom.models.circuit import Circuit
from dialoom.models.faults import Fault, FaultKind
from dialoom.models.limiter import Limiter

_SHORTEST_ROUND_TRIP = 0.01
# How much of the latency of a slow answer is remembered after each further one.
_FADES = 0.9


class Draining(Exception):
    """The run is stopping: a call that was not on its way, or waited to be tried again, is not sent any more."""


@dataclass(frozen=True, slots=True, eq=False)
class GivenUp:
    """A call that was given up at a monotonic time; an answer to a call that was sent after `cleared_by` shows that the
    endpoint was not at fault."""

    at: float
    cleared_by: float


class Endpoint:
    """One base URL: its limiter, and whether it is asked at all.

    Attributes:
        answers: how many calls it has answered.
        given_up: the calls that were given up, in order, and that no answer has shown to be at fault themselves.
        usual: seconds that the slowest of its latest answers took.
        round_trip: seconds from a request to an answer that needs no computing, and so to a refusal.
    """

    def __init__(self, url: str, ceiling: int, round_trip: float = 0.0) -> None:
        self.url = url
        self.limiter = Limiter(ceiling)
        self.circuit = Circuit()
        self.answers = 0
        self.given_up: list[GivenUp] = []
        self.usual = 0.0
        self.round_trip = max(_SHORTEST_ROUND_TRIP, round_trip)

    def takes_a_call(self) -> bool:
        return self.limiter.has_room and self.circuit.lets_through

    def sent(self) -> None:
        self.limiter.in_flight += 1
        self.circuit.sent()

    def answered(self, in_flight: int, kind: int, latency: float, sent_at: float) -> None:
        """Note an answer to a call that was sent at this time, as Limiter.answered takes it."""
        self.answers += 1
        self.usual = max(latency, _FADES * self.usual)
        if self.given_up:
            self.given_up = [call for call in self.given_up if sent_at <= call.cleared_by]
        self.circuit.answered()
        self.limiter.answered(in_flight, kind, latency)

    def failed(self, fault: Fault, call: int, sent_at: float, in_flight: int, *, alone: bool) -> bool:
        """Note an attempt that brought no answer; returns whether the endpoint is now taken to be down.

        `in_flight` is how many calls were when it was sent; `alone` says that no other endpoint would do.
        """
        if fault.kind is FaultKind.OVERLOADED:
            if self.circuit.open:
                return self.circuit.failed(call, sent_at, sure=True)
            self.limiter.overloaded(sent_at, in_flight)
            # One that refuses some of many has no room for more; one that refuses each single call is down.
            return self.limiter.limit <= 1 and self.circuit.failed(call, sent_at, sure=True)
        if fault.kind is FaultKind.UNREACHABLE and not self.answers and alone:
            # It was never up: the run ends at once, and the user corrects the URL.
            return False
        return fault.retryable and self.circuit.failed(call, sent_at, sure=fault.kind is FaultKind.UNREACHABLE)


class Endpoints:
    """All endpoints of a run, one limiter each, shared by every model that calls them.

    A caller names the endpoints that would do and gets the one with the least in flight; it waits, first come first
    served, while none has room or all are down.

    Args:
        say: shows a line to whoever watches the run.

    Attributes:
        pausing: how many callers wait for a time, most of them to try a call again.
    """

    def __init__(self, say: Callable[[str], None] = lambda message: None) -> None:
        self.pausing = 0
        self._say = say
        self._draining = asyncio.Event()
        self._known: dict[str, Endpoint] = {}
        self._ramping: set[str] = set()
        self._told: set[str] = set()
        self._waiting: deque[tuple[Sequence[Endpoint], asyncio.Future[Endpoint]]] = deque()

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._known.values())

    @property
    def calling(self) -> int:
        """How many callers have a call in flight or wait for a slot."""
        return len(self._waiting) + sum(endpoint.limiter.in_flight for endpoint in self)

    def get(self, url: str, ceiling: int, round_trip: float = 0.0) -> Endpoint:
        """The endpoint at `url`; of several ceilings asked for, the lowest holds."""
        endpoint = self._known.setdefault(url, Endpoint(url, ceiling, round_trip))
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
                endpoint.sent()
                return endpoint
        turn: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self._waiting.append((candidates, turn))
        self._serve()
        for endpoint in candidates:
            self._ramp_later(endpoint)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release(turn.result())
            raise

    def release(self, endpoint: Endpoint, sent_at: float | None = None) -> None:
        """Give back the slot of a call that was sent at a monotonic time, or not at all, and serve who waits."""
        endpoint.limiter.in_flight -= 1
        endpoint.circuit.given_back(sent_at)
        self._serve()

    def answered(self, endpoint: Endpoint, in_flight: int, kind: int, latency: float, sent_at: float) -> None:
        """Note an answer; a slot that it was waited for with is given back by `release`."""
        down_since = endpoint.circuit.open_since
        endpoint.answered(in_flight, kind, latency, sent_at)
        if down_since is not None:
            endpoint.limiter.recovered()
            self._say(f"{endpoint.url} answers again after {monotonic() - down_since:.0f} s")

    def failed(
        self,
        endpoint: Endpoint,
        candidates: Sequence[Endpoint],
        fault: Fault,
        call: int,
        sent_at: float,
        in_flight: int,
    ) -> None:
        """Note an attempt that brought no answer. An endpoint that answers nobody is left alone for a while, and then
        tried by one call at a time."""
        if endpoint.failed(fault, call, sent_at, in_flight, alone=len(candidates) == 1):
            others = any(not other.circuit.open for other in candidates)
            self._say(
                f"{endpoint.url} does not answer ({fault}); "
                f"{'the others take its calls' if others else 'the run pauses'}, and it is tried now and then"
            )
        if endpoint.circuit.open:
            wait = max(0.0, endpoint.circuit.probe_at - monotonic())
            # A little later, as the clock of the loop is coarse.
            asyncio.get_running_loop().call_later(wait + 0.01, self._serve)

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

    def tell_limits(self) -> None:
        """Say, once for each endpoint, how many calls in flight suit it, where that is fewer than it might have."""
        for endpoint in self:
            limiter = endpoint.limiter
            if limiter.held_by is None or endpoint.url in self._told:
                continue
            self._told.add(endpoint.url)
            why = "refuses more" if limiter.held_by == "refusals" else "is no faster with more"
            self._say(f"{endpoint.url} gets about {limiter.limit:.0f} of {limiter.ceiling} calls at once: it {why}")

    def drain(self) -> None:
        """Send no further call: those on their way go on, all others raise Draining."""
        self._draining.set()
        for _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(Draining())
        self._waiting.clear()

    def _serve(self) -> None:
        if not self._waiting:
            return
        passed: list[tuple[Sequence[Endpoint], asyncio.Future[Endpoint]]] = []
        full: set[int] = set()
        while self._waiting:
            candidates, turn = self._waiting.popleft()
            if turn.done():
                continue
            if id(candidates) not in full:
                endpoint = _least_busy(candidates)
                if endpoint is not None:
                    endpoint.sent()
                    turn.set_result(endpoint)
                    continue
                full.add(id(candidates))
            passed.append((candidates, turn))
            if not any(endpoint.takes_a_call() for endpoint in self):
                break
        self._waiting.extendleft(reversed(passed))

    def _ramp_later(self, endpoint: Endpoint) -> None:
        if endpoint.limiter.ramping and endpoint.url not in self._ramping:
            self._ramping.add(endpoint.url)
            asyncio.get_running_loop().call_later(endpoint.round_trip, self._ramp, endpoint)

    def _ramp(self, endpoint: Endpoint) -> None:
        self._ramping.discard(endpoint.url)
        endpoint.limiter.ramp()
        self._serve()
        if self._waiting:
            self._ramp_later(endpoint)


def _least_busy(candidates: Sequence[Endpoint]) -> Endpoint | None:
    if len(candidates) == 1:
        return candidates[0] if candidates[0].takes_a_call() else None
    free = [endpoint for endpoint in candidates if endpoint.takes_a_call()]
    return min(free, key=lambda endpoint: endpoint.limiter.in_flight, default=None)
