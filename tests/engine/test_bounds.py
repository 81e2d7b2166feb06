"""Target, budget, limit and time: where a run ends, and that it ends cleanly."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import RecipeError
from tests.engine.support import Client, in_ledger, left_in, lines, run, write
from tests.engine.test_faults import free_port
from tests.support.fault_server import FaultServer


def talks(server: FaultServer, **bounds: Any) -> dict[str, Any]:
    """Three seeds of one short dialogue each, of which the gate keeps about three in ten."""
    content = lines(server, 3)
    content["nodes"] = {"dialogue": {"kind": "converse", "speakers": ["Ann", "Ben"], "turns": 6}}
    content["quality"] = {"rules": ["words >= 50"]}
    content["bounds"] = bounds
    return content


@pytest.mark.parametrize("target", [1, 10, 1000])
def test_exactly_as_many_are_kept_as_are_wanted(tmp_path: Path, server: FaultServer, target: int) -> None:
    out = tmp_path / "run"
    report = run(talks(server, target=target), out)
    left = left_in(out)
    assert (report.status, report.counts.kept, len(left.kept)) == ("finished", target, target)
    assert left.add_up()
    if target == 1000:
        assert 0.6 < len(left.rejected) / (len(left.kept) + len(left.rejected)) < 0.8
    # Beyond what was needed, at most what was on its way: in flight, or waiting to be committed.
    needed = report.counts.kept + report.counts.rejected + 32 + target // 4
    assert server.stats()["requests"] <= needed
    again = run(talks(server, target=target), out)
    assert (again.status, again.counts.kept) == ("finished", target)
    assert server.stats()["requests"] <= needed


def test_a_target_that_is_raised_goes_on_from_where_it_was(tmp_path: Path, server: FaultServer) -> None:
    run(talks(server, target=20), tmp_path / "run")
    before = left_in(tmp_path / "run").kept
    run(talks(server, target=40), tmp_path / "run")
    after = left_in(tmp_path / "run").kept
    assert len(after) == 40
    assert before.keys() < after.keys()
    assert server.stats()["repeats"] == 0


def test_which_ones_are_kept_does_not_depend_on_kills(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.02, jitter=0.02)
    content = talks(server, target=60)
    run(content, tmp_path / "whole")
    recipe = write(tmp_path / "recipe.yaml", content)
    chance = random.Random(3)
    for _ in range(5):
        client = Client(recipe, tmp_path / "killed", commit_every=0.05)
        time.sleep(chance.uniform(0.2, 0.9))
        client.kill()
    assert run(content, tmp_path / "killed").counts.kept == 60
    assert left_in(tmp_path / "killed").same_data(left_in(tmp_path / "whole"))


def test_children_of_one_seed_are_cut_in_their_order(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 2)
    content["nodes"] = {"part": {"kind": "expand", "count": 5, "prompt": "List {{ count }} of {{ topic }}."}}
    content["bounds"] = {"target": 7}
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 7)
    before = left_in(tmp_path / "run")
    assert before.add_up()
    assert server.stats()["requests"] <= 8
    content["bounds"] = {"target": 10}
    assert run(content, tmp_path / "run").counts.kept == 10
    after = left_in(tmp_path / "run").kept
    assert len(after) == 10
    assert before.kept.keys() < after.keys()


def test_a_target_that_nothing_meets_is_given_up(tmp_path: Path, server: FaultServer) -> None:
    content = talks(server, target=5)
    content["quality"] = {"rules": ["turns > 100"]}
    report = run(content, tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "BoundReached")
    assert "out of reach" in str(report.why)
    assert report.counts.kept == 0
    assert report.counts.rejected >= 200


def test_a_budget_of_calls_is_never_overspent(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 200)
    for calls in (50, 120):
        content["bounds"] = {"budget": {"calls": calls}}
        report = run(content, tmp_path / "run")
        assert (report.status, type(report.error).__name__) == ("stopped", "BoundReached")
        assert f"{calls} calls is spent" in str(report.why)
        made = len(in_ledger(tmp_path / "run"))
        # A call that waited for its turn when the last one was sent is not made.
        assert calls - 8 <= made <= calls
        assert (report.counts.kept, report.counts.failed, report.counts.pending) == (made, 0, 200 - made)
    del content["bounds"]
    assert run(content, tmp_path / "run").counts.kept == 200
    assert server.stats()["requests"] == 200


@pytest.mark.parametrize("budget", [{"tokens": 3000}, {"money": 0.3}])
def test_a_budget_of_tokens_or_money_is_overspent_by_less_than_what_was_in_flight(
    tmp_path: Path, server: FaultServer, budget: dict[str, float]
) -> None:
    content = lines(server, 500, price={"input": 100.0, "output": 100.0}) | {"bounds": {"budget": budget}}
    report = run(content, tmp_path / "run")
    assert type(report.error).__name__ == "BoundReached"
    totals = left_in(tmp_path / "run").report["totals"]
    each = totals["tokens"] / totals["calls"]
    assert 3000 - 4 * each <= totals["tokens"] <= 3000 + 8 * each


def test_a_limit_can_stand_in_the_recipe(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 20) | {"bounds": {"limit": 3}}
    assert run(content, tmp_path / "run").counts.kept == 3
    assert run(content, tmp_path / "run", limit=5).counts.kept == 5


def test_a_record_that_takes_too_long_fails_alone(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0003=>500"], latency=0.05)
    content = lines(server, 8, tries=1000) | {"bounds": {"record_seconds": 0.4}}
    report = run(content, tmp_path / "run")
    assert (report.counts.kept, report.counts.failed) == (7, 1)
    (failed,) = left_in(tmp_path / "run").failed.values()
    assert "took longer than the 0.4 s" in failed["reasons"][0]


def test_a_function_that_hangs_costs_its_record_and_not_the_end_of_the_run(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "steps.py").write_text(
        "import time\ndef slow(topic):\n    time.sleep(60 if topic == 'row0001' else 0)\n    return topic\n", "utf-8"
    )
    content = lines(server, 4) | {"bounds": {"record_seconds": 1.0}}
    content["nodes"] = {"said": {"kind": "function", "call": "steps.py:slow"}}
    said = Client(write(tmp_path / "recipe.yaml", content), tmp_path / "run").finish(20)
    assert said["status"] == "finished"
    left = left_in(tmp_path / "run")
    assert (len(left.kept), len(left.failed)) == (3, 1)


def test_a_target_and_a_full_disk_end_in_an_error_and_not_in_waiting(tmp_path: Path, server: FaultServer) -> None:
    recipe = write(tmp_path / "recipe.yaml", talks(server, target=400))
    said = Client(recipe, tmp_path / "run", file_limit=300_000).finish(40)
    assert (said["status"], said["error"]) == ("stopped", "StorageError")
    assert run(talks(server, target=400), tmp_path / "run").counts.kept == 400


def test_time_that_a_record_may_not_take_is_not_held_against_the_endpoint(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.6)
    content = lines(server, 30) | {"bounds": {"record_seconds": 0.2}}
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.failed) == ("finished", 30)


def test_one_record_and_a_dead_first_url(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 1)
    content["models"]["writer"]["url"] = [f"http://127.0.0.1:{free_port()}/v1", server.url]
    assert run(content, tmp_path / "run").counts.kept == 1


def test_an_async_function_that_cancels_itself_fails_its_record(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "steps.py").write_text(
        "import asyncio\nasync def odd(topic):\n    if topic == 'row0001':\n        raise asyncio.CancelledError\n"
        "    return topic\n",
        "utf-8",
    )
    content = lines(server, 4)
    content["nodes"] = {"said": {"kind": "function", "call": "steps.py:odd"}}
    report = run(content, tmp_path / "run")
    assert (report.counts.kept, report.counts.failed, report.counts.pending) == (3, 1, 0)


def test_a_budget_of_money_without_a_price_is_refused_before_any_call(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 4) | {"bounds": {"budget": {"money": 5}}}
    with pytest.raises(RecipeError, match="writer has no price"):
        run(content, tmp_path / "run")
    assert server.stats()["requests"] == 0
