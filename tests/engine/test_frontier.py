"""The records that wait: the deepest first, and never many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.engine.frontier import Frontier
from dialoom.graph.record import Record


def seeds(count: int, drawn: list[int]) -> Iterator[Record]:
    for number in range(count):
        drawn.append(number)
        yield Record(id=str(number), seed=str(number), fields={}, position=(number,))


def children(record: Record, width: int) -> list[Record]:
    return [record.child("node", index, {}) for index in range(width)]


def test_the_deepest_and_first_come_first() -> None:
    async def walk() -> list[tuple[int, ...]]:
        frontier = Frontier(seeds(3, []))
        order = []
        while (taken := await frontier.take()) is not None:
            record, _ = taken
            order.append(record.position)
            if len(record.position) < 3:
                frontier.push(children(record, 2), "node")
            frontier.done()
        return order

    order = asyncio.run(walk())
    assert order == sorted(order)
    assert len(order) == 3 * (1 + 2 + 4)


@settings(max_examples=60, deadline=None)
@given(
    workers=st.integers(1, 12),
    depth=st.integers(1, 4),
    width=st.integers(0, 6),
    count=st.integers(0, 30),
    shuffle=st.integers(0, 1000),
)
def test_it_holds_no_more_than_workers_times_depth_times_width(
    workers: int, depth: int, width: int, count: int, shuffle: int
) -> None:
    random = Random(shuffle)
    drawn: list[int] = []
    walked: Counter[tuple[int, ...]] = Counter()
    longest = 0

    async def work(frontier: Frontier) -> None:
        nonlocal longest
        while (taken := await frontier.take()) is not None:
            record, after = taken
            assert (after is None) == (len(record.position) == 1)
            walked[record.position] += 1
            for _ in range(random.randrange(4)):
                await asyncio.sleep(0)
            if len(record.position) <= depth:
                frontier.push(children(record, width), "node")
            longest = max(longest, len(frontier))
            # A seed is drawn only when nothing deeper waits.
            assert len(drawn) <= count
            frontier.done()

    async def walk() -> None:
        frontier = Frontier(seeds(count, drawn))
        await asyncio.wait_for(asyncio.gather(*(work(frontier) for _ in range(workers))), 20)
        assert frontier.working == 0

    asyncio.run(walk())
    assert longest <= workers * depth * max(1, width)
    assert len(walked) == count * sum(width**level for level in range(depth + 1))
    assert set(walked.values()) <= {1}
