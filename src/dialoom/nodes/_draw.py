"""Drawing values: from lists, weights, quotas and ranges, written as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import sqrt
from typing import Annotated, Any

from pydantic import AfterValidator

from dialoom.graph.context import Context
from dialoom.graph.record import Record

_RANGE = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*$")
# Strides (a + b √p) / c of different primes, which are irrational and independent. The first eleven have continued
# fractions of small terms: 200 in a row stray from what any share of the interval is due by less than three, where √17
# strays by six. The rest serve deep positions and nodes with many fields.
_EVEN = (
    (5, 8, 2, 9), (2, 6, 7, 10), (3, 1, 10, 4), (13, 2, 7, 12), (17, 1, 2, 4), (29, 4, 12, 13), (7, 0, 2, 3),
    (11, 2, 11, 5), (19, 6, 7, 15), (31, 6, 8, 15), (37, 5, 2, 7),
)  # fmt: skip
_PLAIN = (23, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
_STRIDES = (*((a + b * sqrt(p)) / c % 1 for p, a, b, c in _EVEN), *(sqrt(p) % 1 for p in _PLAIN))
_NEXT_LEVEL = 4


def read_range(value: Any) -> tuple[float, float] | None:
    """(low, high) of a text such as `18..60`, or None when it is no range. Raises ValueError where low > high."""
    match = _RANGE.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    low, high = float(match[1]), float(match[2])
    if low > high:
        raise ValueError(f"the range {value} runs backwards")
    return low, high


def check_choice(value: Any) -> Any:
    """A distribution as written in a recipe, checked: a list, a mapping of values to weights, a range, or one value."""
    if isinstance(value, Mapping):
        weights = list(value.values())
        if not weights or not all(isinstance(w, (int, float)) and not isinstance(w, bool) and w >= 0 for w in weights):
            raise ValueError(f"weights must be numbers of 0 or more, got {dict(value)!r}")
        if sum(weights) <= 0:
            raise ValueError("at least one weight must be above 0")
        # As keys of a YAML file are, so that the same recipe in Python draws the same values.
        return {str(key): weight for key, weight in value.items()}
    if isinstance(value, list) and not value:
        raise ValueError("there is nothing to draw from in an empty list")
    read_range(value)
    return value


ChoiceField = Annotated[Any, AfterValidator(check_choice)]


def draw(choice: Any, at: float) -> Any:
    """The value at `at`, in [0, 1), of a distribution's cumulative weights."""
    if isinstance(choice, Mapping):
        left = at * sum(choice.values())
        for value, weight in choice.items():
            left -= weight
            if left < 0:
                return value
        return next(value for value, weight in reversed(list(choice.items())) if weight > 0)
    if isinstance(choice, list):
        return choice[int(at * len(choice))]
    bounds = read_range(choice)
    if bounds is None:
        return choice
    low, high = bounds
    if low.is_integer() and high.is_integer() and "." not in str(choice).replace("..", ""):
        return int(low) + int(at * (int(high) - int(low) + 1))
    return low + at * (high - low)


def place(name: str, series: int, quota: bool, record: Record, context: Context) -> float:
    """Where in [0, 1) a record falls on a distribution: anywhere by seed, or, for a quota, evenly over the records."""
    if quota:
        return spread(context.shared_random(name).random(), record.position, series)
    return context.random(name).random()


def spread(offset: float, position: tuple[int, ...], series: int) -> float:
    """A number in [0, 1) that runs evenly over the interval as positions are counted up.

    An additive recurrence (Kronecker sequence): one irrational stride for each level of the position, so that n records
    in a row meet each share of the interval within a few records of its due, and each needs only its own position.

    Args:
        offset: where the sequence starts, the same for all records.
        series: numbers of different series do not go together.
    """
    strides = (_STRIDES[(series + _NEXT_LEVEL * level) % len(_STRIDES)] for level in range(len(position)))
    return (offset + sum(step * stride for step, stride in zip(position, strides, strict=True))) % 1.0
