"""`date`: a day, by weights of the days of the week, with a time where one is asked for."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Any

from pydantic import Field, PrivateAttr, field_validator, model_validator

from dialoom.nodes._days import clock, read_days, read_times, read_weekdays
from dialoom.nodes._sampler import Listed, Sampler

_LONGEST = 200 * 366


class Date(Sampler):
    """A day within a range, as text."""

    date: str = Field(description="First and last day, such as 2024-01-01..2024-12-31.")
    weekdays: dict[str, float] | list[str] | None = Field(
        default=None, description="Only these days, [mon, tue], or their weights, {mon: 2, sat: 1}; others never come."
    )
    time: str | None = Field(default=None, description="With a time of day from this range, such as 08:00..18:00.")
    step: int = Field(default=1, ge=1, le=720, description="Minutes from one possible time to the next.")
    format: str | None = Field(
        default=None, description="How it is written, as Python's strftime has it; else ISO 8601."
    )

    _days: list[dt.date] = PrivateAttr(default_factory=list)
    _weights: list[float] = PrivateAttr(default_factory=list)
    _sums: list[float] = PrivateAttr(default_factory=list)

    @field_validator("time")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            read_times(value)
        return value

    @model_validator(mode="after")
    def _laid_out(self) -> Date:
        first, last = read_days(self.date)
        if (last - first).days > _LONGEST:
            raise ValueError("the range is longer than 200 years")
        weights = None if self.weekdays is None else read_weekdays(self.weekdays)
        days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
        weighed = [(day, 1.0 if weights is None else weights.get(day.weekday(), 0.0)) for day in days]
        self._days = [day for day, weight in weighed if weight > 0]
        self._weights = [weight for _, weight in weighed if weight > 0]
        self._sums = list(accumulate(self._weights))
        if not self._days:
            raise ValueError(f"no day of {self.date} is one of its weekdays")
        return self

    def listed(self) -> Listed | None:
        if self.time is not None:
            return None
        return [(self._written(day, 0), weight) for day, weight in zip(self._days, self._weights, strict=True)]

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        drawn = at * self._sums[-1]
        index = min(bisect_right(self._sums, drawn), len(self._days) - 1)
        minutes = 0
        if self.time is not None:
            # Where within its day's part of the whole: the days keep a quota, and so do the times.
            within = (drawn - (self._sums[index] - self._weights[index])) / self._weights[index]
            first, last = read_times(self.time)
            steps = (last - first) // self.step + 1
            minutes = first + min(int(within * steps), steps - 1) * self.step
        return self._written(self._days[index], minutes)

    def _written(self, day: dt.date, minutes: int) -> str:
        if self.time is None:
            return day.strftime(self.format) if self.format else day.isoformat()
        moment = dt.datetime.combine(day, clock(minutes))
        return moment.strftime(self.format) if self.format else moment.isoformat(timespec="minutes")


SAMPLER = Date
