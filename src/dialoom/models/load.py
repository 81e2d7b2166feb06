"""How an endpoint's answers slow down as more is in flight, and from where on more brings nothing."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from time import monotonic

# Up to so many calls in flight each number is a level of its own; from there on levels get wider.
_SINGLE = 20
_STEP = log(1.15)
_WEIGHT = 1 / 48
_ENOUGH = 12
_BASE_ANSWERS = 8
# What was seen longer ago than this, or than these many latencies, is not believed any more: servers change. What is
# known of light load is kept longer, as it is seldom seen again.
_BELIEVED_SECONDS = 60.0
_BELIEVED_LATENCIES = 30.0
_LONGER_BELOW = 10.0
_GOOD_SHARE = 0.93
_MORE = 1.1
_FEWER = 0.8


class _Level:
    """What was seen with about as many calls in flight: their mean number, and the mean slowness of answers."""

    __slots__ = ("answers", "at", "in_flight", "slowness")

    def __init__(self) -> None:
        self.answers = 0
        self.at = 0.0
        self.in_flight = 0.0
        self.slowness = 0.0

    def add(self, in_flight: int, slowness: float, at: float) -> None:
        self.answers += 1
        self.at = at
        weight = max(_WEIGHT, 1 / self.answers)
        self.in_flight += weight * (in_flight - self.in_flight)
        self.slowness += weight * (slowness - self.slowness)

    @property
    def throughput(self) -> float:
        return self.in_flight / self.slowness


class _Base:
    """What a kind of answer takes where all answers are as fast as they get: the mean of its first few."""

    __slots__ = ("answers", "seconds")

    def __init__(self) -> None:
        self.answers = 0
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.answers += 1
        self.seconds += (seconds - self.seconds) / self.answers


class LoadCurve:
    """Latency against the number of calls in flight when a call was sent.

    By Little's law, calls in flight over latency is throughput, so that the curve tells, without trying, where
    throughput stops to rise: a server that queues answers more slowly the more it is sent, and no faster in all.
    Answers differ in length, so each is measured against what its kind took at first.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._levels: dict[int, _Level] = {}
        self._bases: dict[int, _Base] = {}

    def note(self, in_flight: int, kind: int, latency: float) -> None:
        """Take in an answer: with how many calls in flight its call was sent, what kind it is (answers of a kind take
        equally long on an idle server), and after how many seconds it came."""
        level = self._levels.get(index := _level(in_flight))
        if level is None:
            level = self._levels[index] = _Level()
        base = self._bases.get(kind)
        if base is None:
            base = self._bases[kind] = _Base()
        if base.answers < _BASE_ANSWERS:
            # A kind that is first met on a busy server was slowed as the others are.
            base.add(latency / (level.slowness or 1.0))
        level.add(in_flight, latency / (base.seconds or 1.0), self._clock())

    def forget_old(self, in_flight: int, latency: float) -> None:
        """Drop what was seen too long ago, given how many calls may be in flight and what an answer takes now."""
        now = self._clock()
        believed = max(_BELIEVED_SECONDS, _BELIEVED_LATENCIES * latency)
        for index, level in list(self._levels.items()):
            if level.at < now - (believed if level.in_flight > in_flight else _LONGER_BELOW * believed):
                del self._levels[index]

    def slowed(self, in_flight: int) -> float:
        """How much slower answers are at this load than where they were fastest; 1 where that is unknown."""
        here = self._levels.get(_level(max(1, in_flight)))
        if here is None or here.answers < _ENOUGH:
            return 1.0
        # A single quick answer is no proof, but reason enough to try with fewer calls.
        return here.slowness / min(level.slowness for level in self._levels.values())

    def knows(self, in_flight: int) -> bool:
        """Whether enough was seen with about these many calls in flight."""
        return _level(max(1, in_flight)) in {_level(max(1, round(level.in_flight))) for level in self._seen()}

    def knows_above(self, in_flight: float) -> bool:
        """Whether more calls in flight than these have been tried."""
        return any(level.in_flight > _MORE * in_flight for level in self._seen())

    def knee(self) -> int | None:
        """The fewest calls in flight that bring nearly all the throughput that was seen; None while too little was.

        Where no fewer were seen than those that bring it, a fifth less than these, as they may do as well.
        """
        seen = sorted(self._seen(), key=lambda level: level.in_flight)
        if not seen:
            return None
        enough = _GOOD_SHARE * max(level.throughput for level in seen)
        best = next(level for level in seen if level.throughput >= enough)
        return max(1, round(best.in_flight * (_FEWER if best is seen[0] else 1.0)))

    def _seen(self) -> list[_Level]:
        return [level for level in self._levels.values() if level.answers >= _ENOUGH]


def _level(in_flight: int) -> int:
    return in_flight if in_flight <= _SINGLE else _SINGLE + 1 + int(log(in_flight / _SINGLE) / _STEP)
