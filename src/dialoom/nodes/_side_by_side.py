"""Several things that a node does at a time for one record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from dialoom.errors import DialoomError, RecordError
from dialoom.graph.context import Context

T = TypeVar("T")


async def side_by_side(works: Sequence[Callable[[Context], Awaitable[T]]], context: Context) -> list[T | RecordError]:
    """What each returns, in order, or the RecordError that it raised.

    What they ask and note joins the record's lineage in the order of the works. Anything but a RecordError is raised,
    after all have ended.
    """
    asides = [context.aside() for _ in works]

    async def one(work: Callable[[Context], Awaitable[T]], aside: Context) -> T | RecordError:
        try:
            return await work(aside)
        except RecordError as error:
            return error

    # All are awaited even where one ends the run: calls on their way are paid for, and their answers go to the ledger.
    # A cancelled gather that returns exceptions ends after its tasks.
    ended = await asyncio.gather(*map(one, works, asides), return_exceptions=True)
    for aside in asides:
        context.rejoin(aside)
    raised = [each for each in ended if isinstance(each, BaseException) and not isinstance(each, RecordError)]
    if raised:
        # One of ours says why the run stops; that it is stopping says less.
        raise max(raised, key=lambda error: isinstance(error, DialoomError))
    return [each for each in ended if isinstance(each, RecordError) or not isinstance(each, BaseException)]
