"""Conditions that can never be met, found before a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from math import prod
from random import Random
from typing import Any

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.template import Condition
from dialoom.nodes._entry import Entry
from dialoom.nodes._sampler import Listed

# How many draws are made to see whether the conditions can be met, where not all can be listed.
_TRIALS = 10_000
_MOST_LISTED = 100_000


def condition_problems(
    conditions: Sequence[Condition], entries: Sequence[Entry], ordered: Sequence[Entry]
) -> Iterator[DialoomError]:
    """Conditions over what is drawn here alone, which no draw meets.

    Args:
        ordered: the same entries in the order in which they are drawn.
    """
    closed = [(one, needed) for one in conditions if (needed := _needed(one, entries)) is not None]
    if not closed:
        return
    told = [one for one, _ in closed]
    deciding = [each for each in ordered if any(each.key in needed for _, needed in closed)]
    said = " and ".join(f"'{one.source}'" for one in told)
    what = f"these fields can never meet {said}"
    listed = [each.sampler.listed() for each in deciding]
    whole = all(values is not None for values in listed) and not any(each.sampler.reads() for each in deciding)
    if whole and prod(len(values or ()) for values in listed) <= _MOST_LISTED:
        combined: Iterable[dict[str, Any]] = _all_of(deciding, listed)
        why = "all their values were tried together"
    else:
        combined, why = _trials(deciding), f"none of {_TRIALS:,} draws did"
    for values in combined:
        try:
            if all(one.holds(values) for one in told):
                return
        except RecordError as error:
            yield DialoomError(error.what, place=Place(field="such_that"), remedy=error.remedy)
            return
    yield DialoomError(f"{what}: {why}", place=Place(field="such_that"), remedy="change one of them")


def _trials(entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    random = Random(0)
    for _ in range(_TRIALS):
        values: dict[str, Any] = {}
        # A draw that cannot be made meets nothing either.
        with suppress(RecordError):
            for each in entries:
                values |= each.spread_out(each.sampler.at(random.random(), values, random))
            yield values


def _needed(condition: Condition, entries: Sequence[Entry]) -> set[str] | None:
    """The entries that decide about a condition; None where the record, a model or a function does too."""
    waiting = list(condition.variables | condition.guarded)
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        each = next((one for one in entries if name in one.names), None)
        if each is None or each.sampler.asks or each.sampler.reads() & set(each.names):
            return None
        if each.key not in needed:
            needed.add(each.key)
            waiting += each.sampler.reads()
    return needed


def _all_of(entries: Sequence[Entry], listed: Sequence[Listed | None]) -> Iterator[dict[str, Any]]:
    for combination in product(*([value for value, _ in values or ()] for values in listed)):
        made: dict[str, Any] = {}
        for each, value in zip(entries, combination, strict=True):
            made |= each.spread_out(value)
        yield made
