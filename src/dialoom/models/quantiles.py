"""Quantiles of latencies in memory that does not grow with their number."""

from __future__ import annotations

from math import ceil, exp, log

# Neighbouring bounds differ by two percent, so that the middle of a bucket is within one percent of all in it.
_WIDTH = log(1.02)
_SHORTEST = 1e-6


class Quantiles:
    """Counts of seconds in buckets that grow geometrically: every quantile is right to one percent.

    This is the sketch of Masson, Rim and Lee (DDSketch, 2019). From a microsecond to a day it has 1,270 buckets, and it
    holds those that were met.
    """

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, seconds: float) -> None:
        """Count one."""
        bucket = ceil(log(seconds) / _WIDTH) if seconds > _SHORTEST else ceil(log(_SHORTEST) / _WIDTH)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1

    def merge(self, other: Quantiles) -> None:
        """Count all that another has counted."""
        for bucket, count in other._counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + count

    def at(self, *shares: float) -> list[float | None]:
        """The seconds that such shares of all do not exceed, asked from small to large; None where none was counted."""
        total = sum(self._counts.values())
        found: list[float | None] = []
        buckets = iter(sorted(self._counts.items()))
        passed, seconds = 0, 0.0
        for share in shares:
            # The smallest whose rank is enough, so that the median of one is that one.
            while passed < max(1, ceil(share * total)) and (entry := next(buckets, None)) is not None:
                passed += entry[1]
                seconds = exp((entry[0] - 0.5) * _WIDTH)
            found.append(seconds if total else None)
        return found

    def to_text(self) -> str:
        """All of it in one line: `BUCKET:COUNT`, apart by spaces."""
        return " ".join(f"{bucket}:{count}" for bucket, count in sorted(self._counts.items()))

    @classmethod
    def from_text(cls, text: str) -> Quantiles:
        """The inverse of `to_text`. Raises ValueError on anything else."""
        made = cls()
        for entry in text.split():
            bucket, _, count = entry.partition(":")
            made._counts[int(bucket)] = int(count)
        return made
