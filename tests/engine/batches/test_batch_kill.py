"""A run that waits for batches can be stopped and killed at any moment."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.engine import support
from tests.engine.batches.support import QUICK, STEPS, sizes, talk
from tests.engine.support import Client, Left, left_in, write
from tests.support.batch_server import BatchServer


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What a run leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with BatchServer() as server:
        support.run(talk(server, batch=QUICK), out)
    return left_in(out)


def test_ctrl_c_leaves_and_the_same_command_comes_back(server: BatchServer, tmp_path: Path) -> None:
    server.hold = True
    recipe, out = write(tmp_path / "recipe.yaml", talk(server, batch=QUICK)), tmp_path / "run"
    client = Client(recipe, out)
    server.wait_for(lambda server: server.requests["GET batches"] > 3)
    client.signal(signal.SIGINT)
    assert client.finish()["status"] == "interrupted"
    server.hold = False
    assert Client(recipe, out).finish()["status"] == "finished"
    assert set(server.times.values()) == {1}


def test_killed_between_a_batch_and_the_note_of_it(server: BatchServer, tmp_path: Path) -> None:
    server.cut_creates, server.mute = 1, True
    recipe, out = write(tmp_path / "recipe.yaml", talk(server, batch=QUICK)), tmp_path / "run"
    client = Client(recipe, out)
    server.wait_for(lambda server: bool(server.batches))
    assert client.kill()
    assert Client(recipe, out).finish()["status"] == "finished"
    assert sizes(server) == STEPS


def test_killed_before_a_batch_that_was_asked_for_is_created(server: BatchServer, tmp_path: Path) -> None:
    server.late = 1.5
    recipe, out = write(tmp_path / "recipe.yaml", talk(server, batch=QUICK)), tmp_path / "run"
    client = Client(recipe, out)
    server.wait_for(lambda server: server.requests["POST batches"] > 0)
    assert client.kill()
    assert not server.batches
    server.late = 0.0
    assert Client(recipe, out, settling=3.0).finish()["status"] == "finished"
    assert sizes(server) == STEPS


def test_killed_between_the_intent_and_the_batch(server: BatchServer, tmp_path: Path) -> None:
    server.down_for = "POST batches"
    recipe, out = write(tmp_path / "recipe.yaml", talk(server, batch=QUICK)), tmp_path / "run"
    client = Client(recipe, out)
    server.wait_for(lambda server: server.requests["POST batches"] > 0)
    assert client.kill()
    server.down_for = ""
    assert Client(recipe, out, settling=0.2).finish()["status"] == "finished"
    assert sizes(server) == STEPS


@pytest.mark.slow
@pytest.mark.parametrize("leave", [False, True])
def test_killed_again_and_again_nothing_is_handed_in_twice(leave: bool, tmp_path: Path, whole: Left) -> None:
    draw = random.Random(leave)
    out, killed = tmp_path / "run", 0
    with BatchServer() as server:
        recipe = write(tmp_path / "recipe.yaml", talk(server, batch=QUICK))
        for _ in range(60):
            before = server.requests.total()
            moment, delay = draw.randint(1, 9), draw.uniform(0, 0.03)
            client = Client(recipe, out, leave=leave, settling=0.3)
            while not client.over and server.requests.total() < before + moment:
                time.sleep(0.001)
            time.sleep(delay)
            if client.kill():
                killed += 1
            elif client.finish()["status"] == "finished":
                break
        assert server.direct == 0
        assert set(server.times.values()) == {1}
        assert sum(sizes(server)) == 87
    assert killed >= 3
    assert left_in(out).same_data(whole)
    assert left_in(out).add_up()
