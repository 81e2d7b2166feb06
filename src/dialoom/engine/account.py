"""Where the records of a run are: which seeds are in work, what became of their records, and the counts that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dialoom.engine.rejects import count_reason
from dialoom.engine.report import Report
from dialoom.engine.seedlog import SeedOutcome
from dialoom.engine.sink import Settled
from dialoom.graph.record import Record


@dataclass(frozen=True, slots=True)
class Before:
    """What lies in the directory of records whose seeds are not done.

    Attributes:
        kept: ids of those that are in the corpus.
        seeds: the seeds of these.
        reopened: seeds that failed and were taken up again by a `retry`, this one or an earlier one.
    """

    kept: set[str] = field(default_factory=set)
    seeds: set[str] = field(default_factory=set)
    reopened: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _SeedWork:
    """A seed in work: its records that are not settled yet, and what became of the others."""

    open: int = 1
    kept: int = 0
    rejected: int = 0
    failed: int = 0

    @property
    def counted(self) -> int:
        return self.kept + self.rejected + self.failed


class Account:
    """Keeps a report's counts.

    What is in the corpus is counted as kept from the start; a record of it that is walked again, as its seed was not
    done, is not counted twice.

    Args:
        report: its counts are those of the seeds that are done, and of all that is in the corpus.
    """

    def __init__(self, report: Report, before: Before) -> None:
        self._report = report
        self._counts = report.counts
        self._kept_before = before.kept
        self._begun_before = before.seeds | before.reopened
        self._reopened = set(before.reopened)
        self._in_work: dict[str, _SeedWork] = {}
        self._open = 0

    @property
    def seeds_in_work(self) -> int:
        """How many seeds were started and are not done."""
        return len(self._in_work)

    def opened(self, record: Record) -> None:
        """A seed is started."""
        self._in_work[record.seed] = _SeedWork()
        self._begun_before.discard(record.seed)
        self._open += 1

    def branched(self, seed: str, children: int) -> None:
        """A record of a seed went on as several."""
        self._in_work[seed].open += children - 1
        self._open += children - 1

    def settle(self, batch: Sequence[Settled]) -> list[SeedOutcome]:
        """Count the records of a committed batch; returns the seeds that are done with it."""
        done: list[SeedOutcome] = []
        for settled in batch:
            if settled.ending == "spare":
                continue
            seed = settled.record.seed
            work = self._in_work[seed]
            setattr(work, settled.ending, getattr(work, settled.ending) + 1)
            if settled.record.id not in self._kept_before:
                setattr(self._counts, settled.ending, getattr(self._counts, settled.ending) + 1)
            count_reason(self._report.reasons, settled.reasons)
            work.open -= 1
            self._open -= 1
            if work.open == 0:
                done.append(SeedOutcome(seed, work.kept, work.rejected, work.failed))
                self._reopened.discard(seed)
                del self._in_work[seed]
        self._counts.seeds_done += len(done)
        return done

    def new_in(self, batch: Sequence[Settled]) -> int:
        """How many of a batch came into the corpus by it."""
        return sum(settled.ending == "kept" and settled.record.id not in self._kept_before for settled in batch)

    def never_found(self) -> set[str]:
        """The seeds that were to be taken up again, once the source has been read for them and does not have them."""
        missing = self._reopened - self._in_work.keys()
        self._reopened -= missing
        self._begun_before -= missing
        return missing

    def count_pending(self) -> None:
        """Bring the report's `pending` and `spare` up to date, and `seeds` where a target bounds the run."""
        counts, wanted = self._counts, self._report.target
        if wanted is None:
            counts.pending = self._open + counts.seeds - counts.seeds_done - len(self._in_work)
            return
        # How many seeds there will be shows only when the target is reached.
        if counts.kept < wanted:
            counts.seeds = counts.seeds_done + len(self._in_work) + len(self._begun_before)
            counts.pending = self._open + len(self._begun_before)
            return
        # What is on its way is beyond the target, except where somebody asked for it. A seed that the target cut is one
        # of which something was counted.
        asked = {seed: work for seed, work in self._in_work.items() if seed in self._reopened}
        cut = sum(1 for seed, work in self._in_work.items() if seed not in asked and work.counted)
        counts.seeds = counts.seeds_done + len(asked) + cut + len(self._begun_before)
        asked_open = sum(work.open for work in asked.values())
        counts.pending = asked_open + len(self._reopened) - len(asked)
        counts.spare = self._open - asked_open
