"""Stopping when enough records are kept: always the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from time import monotonic

from dialoom.engine.order import SeedOrder
from dialoom.engine.reach import out_of_reach
from dialoom.engine.seedlog import SeedOutcome

# Seeds in a row of which nothing was kept, after which it is not thought that anything will be.
_BARREN_SEEDS = 200
_SPARE = 1.5
# With more than this many times as many seeds to go as can be in work at once, none will be to spare.
_FAR = 4


class Target(SeedOrder):
    """Holds back seeds that will not be needed, and finished records until all of earlier seeds are handed over.

    Which records are kept must not depend on which were quickest, or a run that was killed would go on to another data
    set. So the sink gets them in the order of their seeds, and the target cuts that order at one place.

    Args:
        wanted: how many records are to be kept.
        kept: how many are already.
        slots: how many calls are worth having in flight.
        records_per_seed: how many records a seed is thought to become.
        seeds: how many seeds are done, and `kept_of_seeds` how many records of them were kept.
    """

    def __init__(
        self,
        wanted: int,
        kept: int,
        slots: int,
        records_per_seed: int = 1,
        seeds: int = 0,
        kept_of_seeds: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(slots, clock)
        self._wanted = wanted
        self._slots = slots
        self._kept = kept
        self._records_per_seed = records_per_seed
        self._settled_seeds = seeds
        self._kept_of_settled = kept_of_seeds
        self._barren = 0

    @property
    def reached(self) -> bool:
        return self._kept >= self._wanted

    @property
    def barren(self) -> int:
        """How many seeds in a row nothing was kept of."""
        return self._barren

    @property
    def makes_room(self) -> bool:
        # How many seeds are needed shows only when what was handed over has been judged.
        return False

    def admits(self, in_work: int) -> bool:
        """Whether one more seed is worth starting while `in_work` are: as many as are likely to be needed, and no more
        than there is memory to hold back."""
        if not super().admits(in_work):
            return False
        # As the rule of succession: the first seeds are taken to be good until they show otherwise.
        kept_of_one = (self._kept_of_settled + self._records_per_seed) / (self._settled_seeds + 1)
        needed = ceil(_SPARE * (self._wanted - self._kept) / kept_of_one)
        return in_work < max(needed - _FAR * self._slots, min(needed, self._slots))

    def settled(self, kept: int, done: Sequence[SeedOutcome]) -> None:
        """Note how many records came to be kept, and which seeds are done.

        Raises BoundReached when nothing has been kept for long.
        """
        of_done = sum(seed.kept for seed in done)
        self._kept += kept
        self._settled_seeds += len(done)
        self._kept_of_settled += of_done
        self._barren = 0 if kept or of_done else self._barren + len(done)
        if self._barren >= _BARREN_SEEDS:
            raise out_of_reach(self._wanted, self._barren)
