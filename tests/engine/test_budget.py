"""A budget reckons with the calls that are on their way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.errors import BoundReached, RecipeError
from dialoom.models import Budget, ChatRequest, Purse, Tally, parse_model
from tests.engine.batches.support import QUICK
from tests.engine.batches.support import run as run_batched
from tests.engine.support import left_in, lines, run
from tests.support.batch_server import BatchServer
from tests.support.fault_server import FaultServer

REQUEST = ChatRequest([{"role": "user", "content": "x" * 400}], {"max_tokens": 100})
WRITER = {"writer": parse_model({"url": "http://h/v1", "price": {"input": 1e6, "output": 2e6}})}


@pytest.mark.parametrize("bound", ["tokens", "money"])
def test_the_first_burst_stays_within_a_budget(tmp_path: Path, server: FaultServer, bound: str) -> None:
    """With 64 calls at once, none is answered, and so priced, before all would have been sent."""
    server.change(latency=0.3)
    price = {"input": 1e6, "output": 1e6}
    content = lines(server, 200, concurrency=64, price=price, params={"max_tokens": 60})
    content["bounds"] = {"budget": {bound: 300}}
    report = run(content, tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "BoundReached")
    totals = left_in(tmp_path / "run").report["totals"]
    each = totals["tokens"] / totals["calls"]
    assert 300 - each <= totals[bound] <= 300 + 8 * each
    assert left_in(tmp_path / "run").add_up()


def test_a_budget_of_less_than_a_call_still_makes_one(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 20) | {"bounds": {"budget": {"tokens": 1}}}
    report = run(content, tmp_path / "run")
    assert (report.status, server.stats()["requests"]) == ("stopped", 1)
    assert run(content, tmp_path / "run").status == "stopped"
    assert server.stats()["requests"] == 1


def test_a_call_waits_until_those_on_their_way_have_left_room() -> None:
    async def ask() -> list[str]:
        spent, seen = Tally(), list[str]()
        purse = Purse(Budget(tokens=500), [spent], WRITER)

        async def call(name: str) -> None:
            try:
                reserve = await purse.open("writer", REQUEST)
            except BoundReached as error:
                seen.append(f"{name} refused: {error.what}")
                return
            seen.append(f"{name} sent")
            await asyncio.sleep(0.02)
            spent.count(100, 100, 0.1, None)
            purse.close(reserve)

        await asyncio.wait_for(asyncio.gather(*(call(name) for name in "abcdef")), 5)
        return seen

    refused = [f"{name} refused: the budget of 500 tokens is spent" for name in "def"]
    seen = asyncio.run(ask())
    # Of the third nobody knew whether it fitted: nothing else was on its way.
    assert (seen[:3], sorted(seen[3:])) == (["a sent", "b sent", "c sent"], refused)


def test_a_call_that_is_cut_off_while_it_waits_lets_the_next_have_its_turn() -> None:
    async def ask() -> None:
        purse = Purse(Budget(calls=1), [Tally()], WRITER)
        first = await purse.open("writer", REQUEST)
        waiting = [asyncio.create_task(purse.open("writer", REQUEST)) for _ in range(2)]
        await asyncio.sleep(0)
        purse.close(first)
        waiting[0].cancel()
        assert await asyncio.wait_for(waiting[1], 5) is not None

    asyncio.run(ask())


def test_money_is_reckoned_by_prompt_and_answer() -> None:
    async def ask() -> tuple[Any, Any]:
        spent = Tally()
        purse = Purse(Budget(money=1e9), [spent], WRITER)
        before = await purse.open("writer", REQUEST)
        spent.count(100, 20, 0.1, None)
        return before, await purse.open("writer", REQUEST)

    before, after = asyncio.run(ask())
    assert (before.tokens, before.money) == (200, 300)
    assert (after.tokens, after.money) == (120, 140)


def test_a_budget_and_batches_end(tmp_path: Path) -> None:
    with BatchServer() as server:
        content = lines(server.url, 12, batch=QUICK) | {"bounds": {"budget": {"calls": 5}}}
        report, _ = run_batched(content, tmp_path / "run")
        assert (report.status, report.counts.kept, report.counts.pending) == ("stopped", 5, 7)
        report, _ = run_batched(content | {"bounds": {"budget": {"calls": 8}}}, tmp_path / "run", leave=True)
        assert (report.status, report.counts.kept) == ("stopped", 5)


def test_the_time_of_a_record_is_no_bound_for_batches(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 2, batch=True) | {"bounds": {"record_seconds": 5}}
    with pytest.raises(RecipeError, match=r"bounds\.record_seconds: writer answers in batches"):
        run(content, tmp_path / "run")
    assert server.stats()["requests"] == 0


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"target": True}, "bounds.target"),
        ({"limit": True}, "bounds.limit"),
        ({"budget": {"calls": True}}, "bounds.budget.calls"),
        ({"budget": {"money": float("inf")}}, "bounds.budget.money"),
        ({"record_seconds": float("nan")}, "bounds.record_seconds"),
    ],
)
def test_what_is_no_number_bounds_nothing(tmp_path: Path, bounds: dict[str, Any], field: str) -> None:
    text = str(bounds).replace("True", "true").replace("inf", ".inf").replace("nan", ".nan").replace("'", "")
    path = tmp_path / "r.yaml"
    path.write_text(
        "recipe: r\nmodels: {w: embedded}\nsource: [{t: a}]\n"
        f"nodes: {{n: {{kind: generate, prompt: hi}}}}\nbounds: {text}\n"
    )
    with pytest.raises(RecipeError, match=rf"r\.yaml:5, {field}: expected a (finite )?number"):
        dialoom.load_recipe(path)
