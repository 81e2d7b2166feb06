"""Shares with what they may be by chance, and what is lost from a request to its variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dialoom.errors import MissingExtra
from dialoom.evaluation.agreement import Interval, Resampler

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        loss: the difference of the shares, 0.2 for twenty points; below 0 where the variant does better. Its interval is
            over resampled requests, so that what both have in common does not widen it.
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


def loss(pairs: Sequence[tuple[bool, bool]], resampler: Resampler) -> Loss | None:
    """Of pairs of outcomes, (clean, in the variant); None where there are none."""
    if not pairs:
        return None
    import numpy as np

    lost = np.array([float(clean) - float(other) for clean, other in pairs])

    def mean(drawn: NDArray[np.int64]) -> float:
        return float(lost[drawn].mean())

    return Loss(
        pairs=len(pairs),
        clean=sum(clean for clean, _ in pairs) / len(pairs),
        varied=sum(other for _, other in pairs) / len(pairs),
        broken=sum(clean and not other for clean, other in pairs),
        mended=sum(other and not clean for clean, other in pairs),
        loss=resampler.interval(len(pairs), mean),
    )
