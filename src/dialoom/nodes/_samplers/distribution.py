"""`distribution`: numbers by a distribution of statistics, such as normal, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from random import Random
from statistics import NormalDist
from typing import Any

from pydantic import Field, model_validator

from dialoom.errors import nearest
from dialoom.nodes._sampler import Sampler

_CERTAIN = 1 - 1e-12


class Distribution(Sampler):
    """A number of a distribution. With `min` and `max` it is the distribution within these bounds, and nothing is
    heaped up at them; a quota keeps its shape closely."""

    distribution: str = Field(
        description="uniform (low, high), normal (mean, sd), lognormal (median, sigma: the sd of the logarithm), "
        "triangular (low, mode, high), exponential (mean), pareto (low, shape), weibull (scale, shape), poisson (mean)."
    )
    mean: float | None = Field(default=None, description="The mean.")
    sd: float | None = Field(default=None, gt=0, description="The standard deviation.")
    median: float | None = Field(default=None, gt=0, description="The median.")
    sigma: float | None = Field(default=None, gt=0, description="The standard deviation of the logarithm.")
    low: float | None = Field(default=None, description="The lowest value.")
    mode: float | None = Field(default=None, description="The likeliest value.")
    high: float | None = Field(default=None, description="The highest value.")
    scale: float | None = Field(default=None, gt=0, description="The scale.")
    shape: float | None = Field(default=None, gt=0, description="The shape.")
    min: float | None = Field(default=None, description="No value below it.")
    max: float | None = Field(default=None, description="No value above it.")
    round: int | None = Field(default=None, ge=0, le=12, description="Digits after the point; 0 gives whole numbers.")

    @model_validator(mode="after")
    def _whole(self) -> Distribution:
        known = _DISTRIBUTIONS.get(self.distribution)
        if known is None:
            hint = nearest(self.distribution, list(_DISTRIBUTIONS))
            raise ValueError(f"no distribution is called '{self.distribution}': {hint}")
        given = {name for name in _NUMBERS if getattr(self, name) is not None}
        if missing := [name for name in known.takes if name not in given]:
            raise ValueError(f"the distribution {self.distribution} needs '{missing[0]}'")
        if more := sorted(given - set(known.takes)):
            raise ValueError(f"the distribution {self.distribution} has no '{more[0]}': {', '.join(known.takes)}")
        if known.wrong(*self._numbers()):
            raise ValueError(f"the distribution {self.distribution} wants {known.wants}")
        least, most = self._bounds()
        if not most > least:
            within = [f"{name} {value:g}" for name in ("min", "max") if (value := getattr(self, name)) is not None]
            raise ValueError(f"it has no value within {' and '.join(within)}")
        return self

    def _numbers(self) -> list[float]:
        return [getattr(self, name) for name in _DISTRIBUTIONS[self.distribution].takes]

    def _bounds(self) -> tuple[float, float]:
        """Where in [0, 1] its bounds are."""
        known = _DISTRIBUTIONS[self.distribution]
        numbers = self._numbers()
        # Of whole numbers, those from `min` on are above what is below it.
        below = self.min if self.min is None or not known.whole else self.min - 1
        least = 0.0 if below is None else known.share(below, *numbers)
        return least, 1.0 if self.max is None else known.share(self.max, *numbers)

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        least, most = self._bounds()
        value = _DISTRIBUTIONS[self.distribution].value(
            # The ends of an open distribution are infinite.
            min(max(least + at * (most - least), 1e-12), _CERTAIN),
            *self._numbers(),
        )
        value = value if self.min is None else max(value, self.min)
        value = value if self.max is None else min(value, self.max)
        if _DISTRIBUTIONS[self.distribution].whole or self.round == 0:
            return round(value)
        return value if self.round is None else round(value, self.round)


@dataclass(frozen=True, slots=True)
class _Known:
    """A distribution: its numbers and what they must be, the share of it up to a value, and the value of a share."""

    takes: tuple[str, ...]
    share: Callable[..., float]
    value: Callable[..., float]
    wrong: Callable[..., bool] = lambda *numbers: False
    wants: str = ""
    whole: bool = False


def _triangular_share(x: float, low: float, mode: float, high: float) -> float:
    if x <= low or x >= high:
        return float(x >= high)
    if x < mode:
        return (x - low) ** 2 / ((high - low) * (mode - low))
    return 1 - (high - x) ** 2 / ((high - low) * (high - mode))


def _triangular_value(at: float, low: float, mode: float, high: float) -> float:
    if at < (mode - low) / (high - low):
        return low + sqrt(at * (high - low) * (mode - low))
    return high - sqrt((1 - at) * (high - low) * (high - mode))


def _poisson_share(x: float, mean: float) -> float:
    return min(1.0, sum(exp(n * log(mean) - mean - lgamma(n + 1)) for n in range(int(x) + 1))) if x >= 0 else 0.0


def _poisson_value(at: float, mean: float) -> float:
    number, so_far = 0, exp(-mean)
    while so_far <= at and number < 10 * mean + 100:
        number += 1
        so_far += exp(number * log(mean) - mean - lgamma(number + 1))
    return number


_DISTRIBUTIONS = {
    "uniform": _Known(
        ("low", "high"),
        lambda x, low, high: min(max((x - low) / (high - low), 0.0), 1.0),
        lambda at, low, high: low + at * (high - low),
        lambda low, high: not low < high,
        "a low that is less than its high",
    ),
    "normal": _Known(
        ("mean", "sd"),
        lambda x, mean, sd: NormalDist(mean, sd).cdf(x),
        lambda at, mean, sd: NormalDist(mean, sd).inv_cdf(at),
    ),
    "lognormal": _Known(
        ("median", "sigma"),
        lambda x, median, sigma: NormalDist(log(median), sigma).cdf(log(x)) if x > 0 else 0.0,
        lambda at, median, sigma: exp(NormalDist(log(median), sigma).inv_cdf(at)),
    ),
    "triangular": _Known(
        ("low", "mode", "high"),
        _triangular_share,
        _triangular_value,
        lambda low, mode, high: not (low <= mode <= high and low < high),
        "a low, a mode and a high in this order",
    ),
    "exponential": _Known(
        ("mean",),
        lambda x, mean: 1 - exp(-x / mean) if x > 0 else 0.0,
        lambda at, mean: -mean * log1p(-at),
        lambda mean: mean <= 0,
        "a mean above 0",
    ),
    "pareto": _Known(
        ("low", "shape"),
        lambda x, low, shape: 1 - (low / x) ** shape if x > low else 0.0,
        lambda at, low, shape: low / (1 - at) ** (1 / shape),
        lambda low, shape: low <= 0,
        "a low above 0",
    ),
    "weibull": _Known(
        ("scale", "shape"),
        lambda x, scale, shape: 1 - exp(-((x / scale) ** shape)) if x > 0 else 0.0,
        lambda at, scale, shape: scale * (-log1p(-at)) ** (1 / shape),
    ),
    "poisson": _Known(
        ("mean",), _poisson_share, _poisson_value, lambda mean: not 0 < mean <= 500, "a mean of 0 to 500", whole=True
    ),
}
_NUMBERS = ("mean", "sd", "median", "sigma", "low", "mode", "high", "scale", "shape")

SAMPLER = Distribution
