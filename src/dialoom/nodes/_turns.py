"""How many turns a dialogue should have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from dialoom.graph.context import Context
from dialoom.nodes._draw import read_range

_THIRDS = {"short": 0, "brief": 0, "medium": 1, "long": 2}


def _check(value: Any) -> Any:
    bounds = read_range(value)
    if bounds is None or bounds[0] < 1:
        raise ValueError("expected a number of turns, or a range such as 6..14")
    return value


def as_range(value: Any) -> Any:
    number = isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal())
    return f"{value}..{value}" if number else value


Turns = Annotated[str, BeforeValidator(as_range, json_schema_input_type=int | str), AfterValidator(_check)]


def longest(turns: str) -> int:
    """The upper end of a range of turns."""
    bounds = read_range(turns)
    assert bounds is not None
    return int(bounds[1])


def shortest(turns: str) -> int:
    """The lower end of a range of turns."""
    bounds = read_range(turns)
    assert bounds is not None
    return int(bounds[0])


def number_of_turns(turns: str, plan: Any, context: Context) -> int:
    """A number out of the range: from its lower, middle or upper third where the plan's duration says short, medium or
    long, and from all of it otherwise."""
    low, high = band(turns, plan)
    return context.random("turns").randint(low, high)


def band(turns: str, plan: Any) -> tuple[int, int]:
    """The range, or the third of it that the plan's duration asks for."""
    low, high = shortest(turns), longest(turns)
    duration = str(plan.get("duration") or "").lower() if isinstance(plan, Mapping) else ""
    third = next((index for word, index in _THIRDS.items() if word in duration), None)
    if third is not None:
        size = high - low + 1
        first = low + size * third // 3
        low, high = first, max(first, low + size * (third + 1) // 3 - 1)
    return low, high
