"""How fast a run goes, and when it will be done."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from dialoom.engine.report import Report
from dialoom.models import Meter

# Speeds are those of the last moments: what an endpoint did an hour ago says little.
_WINDOW = 20.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of a run at one moment, since its start."""

    seconds: float
    finished: int
    share: float
    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Speed:
    """What a run did in its last moments; `seconds_left` is None while too little is known."""

    share: float
    records_per_minute: float
    calls_per_second: float
    tokens_per_second: float
    seconds_left: float | None


class Pace:
    """Watches a run's numbers.

    Args:
        records_per_seed: how many records a seed is thought to become.
    """

    def __init__(self, records_per_seed: int) -> None:
        self._records_per_seed = records_per_seed
        self._moments: deque[Moment] = deque()
        self._first: Moment | None = None

    def expected(self, report: Report) -> int:
        """How many records there will be, roughly."""
        counts = report.counts
        if report.target is not None:
            return counts.records - counts.kept + report.target
        if counts.seeds_done >= counts.seeds:
            return counts.records
        return max(counts.seeds * self._records_per_seed, counts.records)

    def note(self, report: Report, meter: Meter) -> Speed:
        """Take the run's numbers of now, and tell its speed."""
        now = self._moment(report, meter)
        self._first = self._first or now
        self._moments.append(now)
        while now.seconds - self._moments[0].seconds > _WINDOW:
            self._moments.popleft()
        before = self._moments[0]
        seconds = max(now.seconds - before.seconds, 1e-9) if now is not before else float("inf")
        return Speed(
            share=now.share,
            records_per_minute=60 * (now.finished - before.finished) / seconds,
            calls_per_second=(now.calls - before.calls) / seconds,
            tokens_per_second=(now.tokens - before.tokens) / seconds,
            seconds_left=self._left(now, self._first),
        )

    def _moment(self, report: Report, meter: Meter) -> Moment:
        counts, total = report.counts, meter.total
        finished = counts.kept + counts.rejected + counts.failed
        # Seeds that turn out smaller than thought are told by the seeds, larger ones by the records.
        by_seeds = counts.seeds_done / max(1, counts.seeds)
        share = max(by_seeds, min(0.99, finished / max(1, self.expected(report))))
        if report.target is not None:
            share = min(1.0, counts.kept / report.target)
        tokens = total.prompt_tokens + total.completion_tokens
        return Moment(report.seconds, finished, share, total.calls, tokens)

    def _left(self, now: Moment, first: Moment) -> float | None:
        gained = now.share - first.share
        return (1 - now.share) * (now.seconds - first.seconds) / gained if gained > 0 else None
