"""`time`: a time of day."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from pydantic import Field, field_validator

from dialoom.nodes._days import clock, read_times
from dialoom.nodes._sampler import Listed, Sampler


class Time(Sampler):
    """A time within a range, to `step` minutes, as text."""

    time: str = Field(description="From and to, such as 08:00..18:00.")
    step: int = Field(default=1, ge=1, le=720, description="Minutes from one possible time to the next.")
    format: str = Field(default="%H:%M", description="How it is written, as Python's strftime has it.")

    @field_validator("time")
    @classmethod
    def _readable(cls, value: str) -> str:
        read_times(value)
        return value

    def listed(self) -> Listed | None:
        first, last = read_times(self.time)
        return [(clock(minutes).strftime(self.format), 1.0) for minutes in range(first, last + 1, self.step)]

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        first, last = read_times(self.time)
        steps = (last - first) // self.step + 1
        return clock(first + int(at * steps) * self.step).strftime(self.format)


SAMPLER = Time
