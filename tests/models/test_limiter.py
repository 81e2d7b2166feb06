"""How many calls an endpoint gets, against endpoints that are played here in steps of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from dialoom.models.limiter import Limiter


@dataclass
class Play:
    """An endpoint and its caller, who always has more to ask: calls come back by a clock of their own.

    Attributes:
        answer: given the number in flight and a generator, the seconds to an answer, or None for a refusal.
        answered, refused: how many were, and `rate` answers a second since `mark`.
    """

    ceiling: int
    answer: Callable[[int, Random], float | None]
    clock: float = 0.0
    answered: int = 0
    refused: int = 0
    chance: Random = field(default_factory=lambda: Random(5))
    _accepted: int = 0
    _queue: list[tuple[float, int, int, float, float | None]] = field(default_factory=list)
    _number: int = 0
    _since: tuple[float, int] = (0.0, 0)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.ceiling, lambda: self.clock)

    def go(self, seconds: float, *, ramp_every: float = 0.02) -> None:
        end = self.clock + seconds
        ramp_at = self.clock + ramp_every
        while self.clock < end:
            while self.limiter.has_room:
                self._send()
            due, _, in_flight, sent_at, latency = heapq.heappop(self._queue)
            while self.limiter.ramping and ramp_at < due:
                self.clock, ramp_at = ramp_at, ramp_at + ramp_every
                self.limiter.ramp()
                while self.limiter.has_room:
                    self._send()
            self.clock = max(self.clock, due)
            if latency is None:
                self.refused += 1
                self.limiter.overloaded(sent_at, in_flight)
            else:
                self.answered += 1
                self._accepted -= 1
                self.limiter.answered(in_flight, 8, latency)
            self.limiter.in_flight -= 1

    def mark(self) -> None:
        self._since = (self.clock, self.answered)

    @property
    def rate(self) -> float:
        return (self.answered - self._since[1]) / (self.clock - self._since[0])

    def _send(self) -> None:
        self.limiter.in_flight += 1
        self._number += 1
        latency = self.answer(self._accepted + 1, self.chance)
        self._accepted += latency is not None
        due = self.clock + (0.002 if latency is None else latency)
        heapq.heappush(self._queue, (due, self._number, self.limiter.in_flight, self.clock, latency))


def refusing(most: int) -> Callable[[int, Random], float | None]:
    return lambda in_flight, chance: 0.2 if in_flight <= most else None


def test_a_limit_in_flight_is_found_and_seldom_tried() -> None:
    play = Play(100, refusing(30))
    play.go(20)
    assert play.rate > 0.93 * 30 / 0.2
    assert play.refused < 0.02 * play.answered
    assert play.limiter.held_by == "refusals"


def test_a_limit_that_is_raised_is_found_again() -> None:
    play = Play(100, refusing(30))
    play.go(10)
    play.answer = refusing(100)
    play.go(60)
    assert play.limiter.limit > 60


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("seed", [1, 2, 5])
def test_refusals_that_come_at_any_load_do_not_hold_it_down(share: float, seed: int) -> None:
    play = Play(100, lambda in_flight, chance: None if chance.random() < share else 0.2, chance=Random(seed))
    play.go(10)
    play.mark()
    play.go(50)
    assert play.rate > 0.85 * 100 / 0.2


def test_refusals_at_any_load_do_not_hide_a_limit() -> None:
    play = Play(100, lambda in_flight, chance: None if in_flight > 40 or chance.random() < 0.05 else 0.2)
    play.go(30)
    play.mark()
    before = play.refused
    play.go(20)
    assert play.rate > 0.8 * 40 / 0.2
    assert play.refused - before < 0.5 * play.answered


def queueing(fast: int, factor: float) -> Callable[[int, Random], float | None]:
    """Slower from `fast` in flight on: with factor 1 as much a second, with more of it less and less."""
    return lambda in_flight, chance: 0.2 * (1 + factor * max(0, in_flight - fast) / fast) * chance.uniform(0.9, 1.1)


@pytest.mark.parametrize(("fast", "factor"), [(16, 1.0), (16, 3.0), (40, 1.0), (40, 2.0), (8, 2.0)])
def test_an_endpoint_that_queues_is_held_where_it_is_fastest(fast: int, factor: float) -> None:
    play = Play(200, queueing(fast, factor))
    play.go(30)
    play.mark()
    play.go(60)
    assert play.rate > 0.8 * fast / 0.2
    assert fast * 0.8 < play.limiter.limit < fast * 1.8
    assert play.limiter.held_by == "latency"


def test_an_endpoint_that_does_not_queue_gets_all_it_may() -> None:
    play = Play(300, lambda in_flight, chance: chance.uniform(0.1, 0.6))
    play.go(10)
    assert play.limiter.limit == 300
    assert play.limiter.held_by is None


def test_an_endpoint_that_got_faster_is_given_more() -> None:
    play = Play(200, queueing(16, 1.0))
    play.go(30)
    play.answer = queueing(64, 1.0)
    play.go(200)
    assert play.limiter.limit > 45
