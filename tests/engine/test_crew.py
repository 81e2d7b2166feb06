"""How many workers there are: one for each slot, and spare ones only for those that hold none."""

from __future__ import annotations

import asyncio

from dialoom.engine.crew import Crew, Whereabouts


class Place:
    """Work that lasts until it is let go, and says where the workers are meanwhile."""

    def __init__(self, calling: int = 0, pausing: int = 0, idle: int = 0) -> None:
        self.now = Whereabouts(calling, pausing, idle)
        self.at_work = 0
        self.over = asyncio.Event()

    async def work(self) -> bool:
        self.at_work += 1
        try:
            await self.over.wait()
            return False
        finally:
            self.at_work -= 1


def workers(slots: int, place: Place, ticks: int, *, several: bool = False) -> int:
    """How many there are after so many ticks."""

    async def watch() -> int:
        crew = Crew(slots, lambda: place.now, place.work, several=several)
        working = asyncio.create_task(crew.work())
        await asyncio.sleep(0)
        for _ in range(ticks):
            crew.fill()
        await asyncio.sleep(0)
        found = place.at_work
        place.over.set()
        await working
        return found

    return asyncio.run(watch())


def test_one_for_each_slot_where_all_of_them_call() -> None:
    assert workers(100, Place(calling=100), 5) == 100


def test_a_quarter_more_where_workers_may_queue_at_one_of_several_endpoints() -> None:
    assert workers(100, Place(calling=126), 5, several=True) == 126


def test_one_more_where_slots_are_few() -> None:
    assert workers(4, Place(calling=4), 5) == 5


def test_spare_ones_for_those_that_wait_to_try_again() -> None:
    assert workers(100, Place(calling=80, pausing=20), 3) >= 120


def test_spare_ones_for_those_that_are_busy_elsewhere() -> None:
    busy = workers(100, Place(calling=60), 3)
    assert 100 < busy <= 126


def test_none_for_those_that_have_no_record() -> None:
    assert workers(100, Place(calling=3, idle=97), 5) == 100


def test_never_more_than_twice_as_many_for_an_endpoint_that_refuses_all() -> None:
    assert workers(100, Place(pausing=1000), 5) <= 226
