"""Shares with what they may be by chance, and what is lost from a request to its variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import sqrt
from typing import Any

from dialoom.errors import MissingExtra
from dialoom.evaluation.agreement import Interval


def needs_scipy() -> None:
    """Raises MissingExtra where SciPy is not installed."""
    if find_spec("scipy") is None:
        raise MissingExtra("intervals of shares need SciPy", remedy="pip install 'dialoom[intents]'")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: how many of how many, with Wilson's 95% interval, which holds near 0 and 1 too."""

    passed: int
    of: int

    @property
    def value(self) -> float | None:
        return self.passed / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        if not self.of:
            return Interval(None)
        from scipy.stats import binomtest

        ends = binomtest(self.passed, self.of).proportion_ci(method="wilson")
        return Interval(self.passed / self.of, float(ends.low), float(ends.high))

    def to_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "of": self.of, **self.interval.to_json()}


def rate(passed: Sequence[bool]) -> Rate:
    """The share of what passed."""
    return Rate(sum(passed), len(passed))


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost from the clean requests to a variant of the same ones.

    Attributes:
        pairs: requests of which both could be told.
        broken: passed clean, and not in the variant; `mended` the other way round.
        loss: the difference of the shares, 0.2 for twenty points; below 0 where the variant does better.
    """

    pairs: int
    clean: float
    varied: float
    broken: int
    mended: int
    loss: Interval

    def to_json(self) -> dict[str, Any]:
        return {
            "pairs": self.pairs,
            "clean": self.clean,
            "varied": self.varied,
            "broken": self.broken,
            "mended": self.mended,
            "loss": self.loss.to_json(),
        }


def loss(pairs: Sequence[tuple[bool, bool]]) -> Loss | None:
    """Of pairs of outcomes, (clean, in the variant); None where there are none."""
    if not pairs:
        return None
    many = len(pairs)
    broken = sum(clean and not other for clean, other in pairs)
    mended = sum(other and not clean for clean, other in pairs)
    both = sum(clean and other for clean, other in pairs)
    clean, varied = Rate(both + broken, many), Rate(both + mended, many)
    return Loss(
        pairs=many,
        clean=clean.passed / many,
        varied=varied.passed / many,
        broken=broken,
        mended=mended,
        loss=_paired(clean, varied, both),
    )


def _paired(clean: Rate, varied: Rate, both: int) -> Interval:
    """The difference of two shares of the same requests: Newcombe (1998), method 10, which joins Wilson's intervals.

    Resampling would claim to be certain wherever few pairs came out alike.
    """
    many = clean.of
    first, second = clean.interval, varied.interval
    neither = many - clean.passed - varied.passed + both
    squared = clean.passed * (many - clean.passed) * varied.passed * (many - varied.passed)
    crossed = float(both * neither - (clean.passed - both) * (varied.passed - both))
    if crossed > 0:
        crossed = max(crossed - many / 2, 0)
    phi = crossed / sqrt(squared) if squared else 0.0
    p, low_p, high_p = _ends(first)
    q, low_q, high_q = _ends(second)

    def reach(one: float, other: float) -> float:
        return sqrt(max(one**2 - 2 * phi * one * other + other**2, 0.0))

    return Interval(p - q, p - q - reach(p - low_p, high_q - q), p - q + reach(high_p - p, q - low_q))


def _ends(interval: Interval) -> tuple[float, float, float]:
    assert interval.value is not None
    assert interval.low is not None
    assert interval.high is not None
    return interval.value, interval.low, interval.high
