"""What other thresholds would keep, from what is known of the dialogues already."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from dialoom.errors import DialoomError

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_RULE = re.compile(rf"\s*(?P<left>.+?)\s*(?P<sign>>=|<=|=|>|<)\s*(?P<number>{_NUMBER})\s*", re.DOTALL)
_RANGE = re.compile(
    rf"\s*(?P<left>.+?)\s*(?P<sign>>=|<=|=|>|<)\s*(?P<low>{_NUMBER}?)\s*\.\.\s*(?P<high>{_NUMBER})"
    rf"(?:\s+by\s+(?P<step>{_NUMBER}))?\s*",
    re.DOTALL,
)
_COMPOUND = re.compile(r"[<>=!]|\b(?:and|or|not|between|case|in|is|like)\b", re.IGNORECASE)
_STEPS = 6
_MOST_STEPS = 200
_SHARES = tuple(place / 10 for place in range(11))


class RangeError(DialoomError):
    """A range of thresholds cannot be read."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule of the form `distinct_2 > 0.5`: what is compared, how, and with which number."""

    left: str
    sign: str
    number: float

    def at(self, number: float) -> str:
        """The rule with another number."""
        return f"{self.left} {self.sign} {number:.10g}"

    def like(self, other: Threshold) -> bool:
        """Whether both compare the same in the same direction."""
        same = self.left.split() == other.left.split() or self.left.casefold() == other.left.casefold()
        return same and self.sign[0] == other.sign[0]


def threshold_of(rule: str) -> Threshold | None:
    """A rule's threshold; None where it is not of that form."""
    found = _RULE.fullmatch(rule)
    if found is None or _COMPOUND.search(found["left"]):
        return None
    return Threshold(found["left"], found["sign"], float(found["number"]))


def read_range(text: str) -> tuple[Threshold, list[float]]:
    """`distinct_2 > 0.4..0.7` or `turns >= 4..12 by 2`: what is compared, and the numbers to try, ascending.

    Without `by` there are six steps, or every whole number where there are no more than twelve. Raises RangeError.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise RangeError(f"'{text}' is no range of thresholds", remedy="such as 'distinct_2 > 0.4..0.7 by 0.05'")
    low, high = float(found["low"]), float(found["high"])
    if not low < high:
        raise RangeError(f"'{text}': the range has to ascend", remedy=f"write {high:g}..{low:g}")
    whole = low.is_integer() and high.is_integer() and high - low <= 2 * _STEPS
    step = float(found["step"]) if found["step"] else (1.0 if whole else (high - low) / _STEPS)
    if step <= 0 or (high - low) / step > _MOST_STEPS:
        raise RangeError(f"'{text}': a step of {step:g} makes no sense", remedy=f"at most {_MOST_STEPS} steps")
    count = int((high - low) / step + 1e-9)
    digits = max(0, 2 - floor(log10(step)))
    numbers = [round(low + place * step, digits) for place in range(count + 1)]
    return Threshold(found["left"], found["sign"], low), numbers


def kept_at(values: Sequence[float], sign: str, number: float) -> int:
    """How many of some values, which ascend, meet a threshold."""
    below, up_to = bisect_left(values, number), bisect_right(values, number)
    return {
        ">": len(values) - up_to,
        ">=": len(values) - below,
        "<": below,
        "<=": up_to,
        "=": up_to - below,
    }[sign]


def tenths(values: Sequence[float]) -> list[float]:
    """Numbers between which a tenth of some ascending values lies each, to three digits, ascending."""
    if not values:
        return []
    picked = (values[round(share * (len(values) - 1))] for share in _SHARES)
    return sorted({float(f"{value:.3g}") for value in picked})
