"""Stopping when enough records are kept: always the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from dialoom.engine.order import SeedOrder
from dialoom.engine.seedlog import SeedOutcome
from dialoom.errors import BoundReached

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
        seeds: how many seeds the kept ones are of.
    """

    def __init__(self, wanted: int, kept: int, slots: int, records_per_seed: int = 1, seeds: int = 0) -> None:
        super().__init__(slots)
        self._wanted = wanted
        self._slots = slots
        self._kept = kept
        self._records_per_seed = records_per_seed
        self._settled_seeds = seeds
        self._kept_of_settled = kept
        self._barren = 0

    @property
    def reached(self) -> bool:
        return self._kept >= self._wanted

    def admits(self, in_work: int) -> bool:
        """Whether one more seed is worth starting while `in_work` are: as many as are likely to be needed."""
        # As the rule of succession: the first seeds are taken to be good until they show otherwise.
        kept_of_one = (self._kept_of_settled + self._records_per_seed) / (self._settled_seeds + 1)
        needed = ceil(_SPARE * (self._wanted - self._kept) / kept_of_one)
        return in_work < max(needed - _FAR * self._slots, min(needed, self._slots))

    def settled(self, kept: int, done: Sequence[SeedOutcome]) -> None:
        """Note how many records were kept, and which seeds are done. Raises BoundReached when nothing has been kept for
        long."""
        self._kept += kept
        self._settled_seeds += len(done)
        self._kept_of_settled += sum(seed.kept for seed in done)
        self._barren = 0 if kept else self._barren + len(done)
        if self._barren >= _BARREN_SEEDS:
            raise BoundReached(
                f"the target of {self._wanted:,} is out of reach: nothing was kept of the last {self._barren} seeds",
                remedy="see why with `dialoom rejects`; the gate or the prompts have to change",
            )
