"""How many calls an endpoint gets at once: raised until it complains or no longer gets faster."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Literal

from dialoom.models.load import LoadCurve
from dialoom.models.refusals import Refusals

_START = 32
# Answers this much slower than on an idle server mean that a third of their time or more is spent in a queue.
_QUEUEING = 1.5
_ABOVE_KNEE = 1.05
_TRIED_ABOVE = 1.25
_STEP = 0.97
_LARGE_STEP = 0.9
_SHORTEST_ROUND = 16
# Whoever sets a ceiling this low knows how many the endpoint works on at once.
_FEW = 8
# Rounds of answers before the number that was refused is tried again: at first, and at most.
_FIRST_TRUCE = 8
_LONGEST_TRUCE = 128


class Limiter:
    """The number of calls one endpoint may have in flight.

    It starts at `min(ceiling, 32)` and doubles every round trip (`ramp`) until the endpoint says that it is overloaded.
    A refusal lowers it to just under what was in flight, as many of them as the limit with no answer in between halve
    it, and it rises by one a round of answers (additive increase, multiplicative decrease: Chiu and Jain, 1989); what
    was refused is tried again after ever longer. Refusals that do not get fewer so are not heeded (`Refusals`). An
    endpoint that queues instead of refusing is held where its throughput stops to rise, as its `LoadCurve` tells.

    Attributes:
        ceiling: never more than this.
        limit: calls it may have in flight now.
        in_flight: calls it has.
        held_by: what keeps the limit below the ceiling, where anything does.
        refused_in_row: refusals since the last answer.
    """

    def __init__(self, ceiling: int, clock: Callable[[], float] = monotonic) -> None:
        self.ceiling = ceiling
        self._clock = clock
        self.limit = float(min(ceiling, _START))
        self.in_flight = 0
        self.held_by: Literal["refusals", "latency"] | None = None
        self.ramping = ceiling > _START
        self._load = LoadCurve(clock)
        self._refusals = Refusals()
        self.refused_in_row = 0
        self._cut_at = -inf
        self._halve_after = inf
        self._refused = 0
        self._truce = _FIRST_TRUCE
        self._answers_since_cut = 0
        self._answers_in_round = 0

    @property
    def has_room(self) -> bool:
        return self.in_flight < int(self.limit)

    def ramp(self) -> None:
        """Double the limit: a round trip has passed, and nothing was refused."""
        if self.ramping:
            self.limit = min(float(self.ceiling), self.limit * 2)
            self.ramping = self.limit < self.ceiling

    def answered(self, in_flight: int, kind: int, latency: float) -> None:
        """Note an answer to a call that was sent with `in_flight` in flight, itself counted; see LoadCurve.note."""
        self._load.note(in_flight, kind, latency)
        self._refusals.answered(self._clock() - latency, in_flight)
        self._acquit()
        self.refused_in_row = 0
        self._halve_after = inf
        self._answers_since_cut += 1
        self._answers_in_round += 1
        if self.ceiling > _FEW and self._answers_in_round >= max(_SHORTEST_ROUND, self.limit):
            self._answers_in_round = 0
            self._feel(latency)
        if not self.ramping and self.limit < self.ceiling and self.in_flight + 1 >= int(self.limit):
            self._rise()

    def overloaded(self, sent_at: float, in_flight: int) -> None:
        """Note a refusal of a call sent at monotonic time `sent_at` with `in_flight` in flight, itself counted; calls
        sent before the last cut say nothing new."""
        self.refused_in_row += 1
        if not self._refusals.blames_load(self.limit, sent_at, in_flight):
            return
        self.ramping = False
        self.held_by = "refusals"
        if self._halve_after == inf:
            self._halve_after = self.limit
        if self.refused_in_row > self._halve_after:
            self._halve_after = self.refused_in_row + self.limit / 2
            self._lower(self.limit / 2)
        elif sent_at >= self._cut_at:
            at_most = min(int(self.limit), self.in_flight)
            self._truce = min(_LONGEST_TRUCE, self._truce * 2) if abs(at_most - self._refused) <= 1 else _FIRST_TRUCE
            self._refused = at_most
            self._lower(min(at_most - 1, (_LARGE_STEP if self._refusals.many else _STEP) * at_most))
        self._acquit()

    def recovered(self) -> None:
        """The endpoint was down and answers again: what it refused before says nothing of what it takes."""
        self._refusals = Refusals()
        self._refused = 0
        self._truce = _FIRST_TRUCE
        self.refused_in_row = 0
        self.held_by = None
        self.limit = max(self.limit, float(min(self.ceiling, _START)))
        self.ramping = self.limit < self.ceiling

    def _acquit(self) -> None:
        back = self._refusals.acquitted(self.limit)
        if back is not None:
            self.limit = max(self.limit, back)
            self.held_by = None
            self.ramping = self.limit < self.ceiling

    def _lower(self, limit: float) -> None:
        self.limit = max(1.0, limit)
        self._cut_at = self._clock()
        self._answers_since_cut = 0

    def _rise(self) -> None:
        if self.held_by == "latency":
            return
        at_most = float(self.ceiling)
        if self.held_by == "refusals" and self._answers_since_cut < self._truce * self.limit:
            at_most = max(1.0, self._refused - 1.0)
        self.limit = max(self.limit, min(at_most, self.limit + 1.0 / self.limit))
        if self.limit >= self.ceiling:
            self.held_by = None

    def _feel(self, latency: float) -> None:
        """Hold the limit where throughput stops to rise, if answers wait in a queue."""
        load, limit = self._load, int(self.limit)
        load.forget_old(limit, latency)
        knee = load.knee()
        if knee is None or (self.held_by != "latency" and load.slowed(limit) < _QUEUEING):
            return
        if self.held_by == "latency" and not load.knows(limit):
            return
        best = max(1.0, knee * _ABOVE_KNEE)
        if self.held_by == "latency" and int(best) >= limit and not load.knows_above(self.limit):
            # What more would bring was long ago, and servers change.
            best = self.limit * _TRIED_ABOVE
        if best < self.limit or self.held_by == "latency":
            self.limit = min(float(self.ceiling), best)
            self.held_by = "latency" if self.limit < self.ceiling else None
            self.ramping = False
