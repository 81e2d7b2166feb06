"""Days, and times of day, as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TO = ".."


def read_days(value: str) -> tuple[date, date]:
    """The first and last day of `2024-01-01..2024-12-31`. Raises ValueError."""
    first, last = (_day(part) for part in _two(value, "2024-01-01..2024-12-31"))
    if last < first:
        raise ValueError(f"the range {value} runs backwards")
    return first, last


def read_times(value: str) -> tuple[int, int]:
    """The minutes since midnight of `08:00..18:30`. Raises ValueError."""
    first, last = (_minutes(part) for part in _two(value, "08:00..18:30"))
    if last < first:
        raise ValueError(f"the range {value} runs backwards")
    return first, last


def read_weekdays(value: Any) -> dict[int, float]:
    """The weight of each day of the week, Monday being 0, of [mon, tue] or {mon: 2, sat: 1}. Raises ValueError."""
    named = value if isinstance(value, Mapping) else dict.fromkeys([value] if isinstance(value, str) else value, 1.0)
    weights = {}
    for name, weight in named.items():
        found = [n for n, day in enumerate(DAYS) if len(str(name)) >= 3 and day.startswith(str(name).lower())]
        if not found:
            raise ValueError(f"'{name}' is no day of the week: mon, tue, wed, thu, fri, sat, sun")
        if not isinstance(weight, (int, float)) or isinstance(weight, bool) or weight < 0:
            raise ValueError(f"the weight of {name} must be a number of 0 or more, got {weight!r}")
        weights[found[0]] = float(weight)
    return weights


def clock(minutes: int) -> time:
    """A time of day."""
    return time(minutes // 60, minutes % 60)


def _two(value: str, such_as: str) -> tuple[str, str]:
    first, sign, last = value.partition(_TO)
    if not sign and not first.strip():
        raise ValueError(f"expected a range such as {such_as}, got {value!r}")
    return (first.strip(), last.strip()) if sign else (first.strip(), first.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no day such as 2024-01-31") from None


def _minutes(text: str) -> int:
    try:
        read = time.fromisoformat((text if ":" in text else f"{text}:00").zfill(5))
    except ValueError:
        raise ValueError(f"'{text}' is no time such as 08:30") from None
    return read.hour * 60 + read.minute
