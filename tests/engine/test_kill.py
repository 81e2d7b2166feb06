"""SIGKILL at any moment: the same command again sends no answered call, loses nothing and makes nothing twice."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest

from tests.engine.support import Client, Left, asked, in_ledger, left_in, run, weave, write
from tests.support.fault_server import FaultServer

CALLS = 290
Moment = Callable[[FaultServer, Path], bool]


def after(requests: int, delay: float) -> Moment:
    """Some time after the server has received so many requests."""

    def come(server: FaultServer, out: Path) -> bool:
        if server.stats()["requests"] < requests:
            return False
        time.sleep(delay)
        return True

    return come


def commits(number: int) -> Moment:
    """Just after the corpus has taken its n-th batch."""
    # The first version is the empty table.
    return lambda server, out: len(list((out / "corpus/dialogues.lance/_versions").glob("*.manifest"))) > number


def reject_written(server: FaultServer, out: Path) -> bool:
    """Just after the first rejects were written."""
    return (out / "rejects/rejected.jsonl").exists()


def seeds_done(number: int) -> Moment:
    """Just after so many seeds were entered as done."""

    def come(server: FaultServer, out: Path) -> bool:
        try:
            with closing(sqlite3.connect(f"file:{out}/seeds.sqlite?mode=ro", uri=True)) as connection:
                return int(connection.execute("SELECT count(*) FROM seeds").fetchone()[0]) >= number
        except sqlite3.OperationalError:
            return False

    return come


def moments(seed: int, count: int) -> Iterator[Moment]:
    """Random moments of a run: three in four anywhere among its calls, the others about its commits."""
    draw = random.Random(seed)
    for number in range(count):
        if number % 4:
            yield after(draw.randint(1, CALLS), draw.uniform(0, 0.02))
        else:
            others = [
                commits(draw.randint(1, 6)),
                reject_written,
                seeds_done(draw.randint(1, 8)),
                after(CALLS, draw.uniform(0.02, 0.3)),
            ]
            yield others[number // 4 % 4]


def kill_at(moment: Moment, server: FaultServer, recipe: Path, out: Path) -> bool:
    """Run in another process and kill it at the moment; False where it had finished before."""
    client = Client(recipe, out, commit_every=0.1)
    while not client.over and not moment(server, out):
        time.sleep(0.005)
    return client.kill()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What a run leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with FaultServer() as server:
        report = run(weave(server), out)
        assert server.stats()["requests"] == CALLS
    left = left_in(out)
    assert report.status == "finished"
    assert left.add_up()
    assert len(left.kept) + len(left.rejected) == 210
    assert len(left.rejected) > 20
    return left


@pytest.mark.slow
def test_killed_at_twenty_moments_each_rerun_ends_as_if_nothing_had_been(tmp_path: Path, whole: Left) -> None:
    servers: Queue[FaultServer] = Queue()

    def trial(number: int, moment: Moment) -> bool:
        server = servers.get()
        try:
            server.reset()
            out = tmp_path / f"run{number}"
            killed = kill_at(moment, server, write(tmp_path / f"{number}.yaml", weave(server)), out)
            known = in_ledger(out)
            server.reset()
            run(weave(server), out)
            again = asked(server)
        finally:
            servers.put(server)
        left = left_in(out)
        assert not again & known, f"moment {number}: an answered call was sent again"
        assert sum(again.values()) == CALLS - sum(known.values())
        assert left.same_data(whole), f"moment {number}"
        assert left.add_up()
        return killed

    with FaultServer(latency=0.01) as one, FaultServer(latency=0.01) as other, ThreadPoolExecutor(2) as pool:
        servers.put(one)
        servers.put(other)
        killed = list(pool.map(trial, range(20), moments(seed=1, count=20)))
    assert sum(killed) >= 17, "most of the runs had ended before they were killed"


@pytest.mark.slow
def test_killed_again_and_again_in_one_directory_until_it_is_done(tmp_path: Path, whole: Left) -> None:
    out = tmp_path / "run"
    draw = random.Random(2)
    times = 0
    with FaultServer(latency=0.01) as server:
        recipe = write(tmp_path / "recipe.yaml", weave(server))
        killed = True
        while killed:
            server.reset()
            known = in_ledger(out)
            killed = kill_at(after(draw.randint(10, 60), draw.uniform(0, 0.02)), server, recipe, out)
            times += killed
            assert not asked(server) & known, "an answered call was sent again"
        assert Client(recipe, out).finish()["status"] == "finished"
    left = left_in(out)
    assert times >= 5
    assert left.same_data(whole)
    assert left.add_up()
