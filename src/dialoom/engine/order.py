"""Records handed over in the order of their seeds, whichever came to their end first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from dialoom.engine.seedlog import SeedOutcome
from dialoom.engine.sink import Finished
from dialoom.graph.record import Record

# Seeds in work at most, for each call in flight and at least: while the first of them waits, the others' records are
# held in memory.
_SEEDS_PER_SLOT = 8
_SEEDS = 256


@dataclass(slots=True)
class _Seed:
    """A seed in work: how many of its records still walk, and those that have finished."""

    walking: int = 1
    finished: list[Finished] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A seed that others wait for, since a time of the clock, and how many finished records are held back in all."""

    seed: str
    since: float
    held: int


class Order:
    """No order: records are handed over as they come to their end, and seeds are started as there is work for them."""

    @property
    def barren(self) -> int:
        """How many seeds in a row nothing was kept of, where that matters."""
        return 0

    @property
    def reached(self) -> bool:
        """Whether enough is kept."""
        return False

    @property
    def makes_room(self) -> bool:
        """Whether further seeds may be started once records are handed over."""
        return False

    def admits(self, in_work: int) -> bool:
        """Whether one more seed may be started while `in_work` are."""
        return True

    def opened(self, record: Record) -> None:
        """A seed is started; seeds are started in their order."""

    def branched(self, seed: str, children: int) -> None:
        """A record of a seed went on as several."""

    def finished(self, finished: Finished) -> list[Finished]:
        """Take a record at its end; returns the records to hand over now, in their order, by whole seeds."""
        return [finished]

    def awaited(self) -> Awaited | None:
        """The seed that keeps others from being handed over, if any does; ask now and then."""
        return None

    def settled(self, kept: int, done: Sequence[SeedOutcome]) -> None:
        """Note how many records were kept, and which seeds are done."""


class SeedOrder(Order):
    """Holds finished records back until those of all earlier seeds have been handed over.

    What the gate decides by what it has kept before (quotas, the best of a seed, a number of records) then depends on
    the order of the seeds alone, and not on which records were quickest.

    Args:
        slots: how many calls are worth having in flight.
    """

    def __init__(self, slots: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = max(_SEEDS, _SEEDS_PER_SLOT * slots)
        self._seeds: dict[str, _Seed] = {}
        self._clock = clock
        self._held = 0
        self._awaited: Awaited | None = None

    @property
    def makes_room(self) -> bool:
        return True

    def admits(self, in_work: int) -> bool:
        """Whether one more seed may be started while `in_work` are: those that are held back take memory."""
        return len(self._seeds) < self._most

    def opened(self, record: Record) -> None:
        self._seeds[record.seed] = _Seed()

    def branched(self, seed: str, children: int) -> None:
        self._seeds[seed].walking += children - 1

    def finished(self, finished: Finished) -> list[Finished]:
        own = self._seeds[finished.record.seed]
        own.finished.append(finished)
        own.walking -= 1
        self._held += 1
        ready: list[Finished] = []
        while self._seeds:
            name, first = next(iter(self._seeds.items()))
            if first.walking:
                break
            *others, last = sorted(first.finished, key=lambda one: one.record.position)
            ready += [replace(one, more=True) for one in others]
            ready.append(last)
            del self._seeds[name]
        self._held -= len(ready)
        return ready

    def awaited(self) -> Awaited | None:
        first = next(iter(self._seeds), None)
        if first is None or self._held <= len(self._seeds[first].finished):
            self._awaited = None
        elif self._awaited is None or self._awaited.seed != first:
            self._awaited = Awaited(first, self._clock(), self._held)
        else:
            self._awaited = replace(self._awaited, held=self._held)
        return self._awaited
