"""What run.json tells of a directory's runs: this one, and all of them together."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

import dialoom
from tests.engine.support import Client, lines, run, weave, write
from tests.support.fault_server import FaultServer

PRICE = {"input": 2.0, "output": 10.0}


def told(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads((out / "run.json").read_bytes())
    return content


def ledger_sums(out: Path) -> tuple[int, int, int]:
    """Calls, prompt tokens and completion tokens in a run's ledger."""
    with closing(sqlite3.connect(out / "ledger.sqlite")) as connection:
        calls, prompt, completion = connection.execute(
            "SELECT count(*), sum(prompt_tokens), sum(completion_tokens) FROM calls"
        ).fetchone()
    return calls, prompt, completion


def is_sum_of_its_nodes(part: dict[str, Any]) -> bool:
    names = ("calls", "ledger_hits", "prompt_tokens", "completion_tokens", "retries", "given_up")
    return all(part[name] == sum(node[name] for node in part["nodes"]) for name in names)


def test_this_run_and_all_runs(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(weave(server, price=PRICE), out, limit=4)
    first = told(out)
    run(weave(server, price=PRICE), out)
    second = told(out)
    run(weave(server, price=PRICE), out)
    third = told(out)
    assert 0 < first["calls"] < second["totals"]["calls"] == first["calls"] + second["calls"]
    assert (third["calls"], third["money"]) == (0, None)
    assert third["totals"]["money"] == pytest.approx(first["money"] + second["money"])
    assert third["totals"]["sessions"] == len(third["sessions"]) == 3
    assert [session["calls"] for session in third["sessions"]] == [first["calls"], second["calls"], 0]
    assert {session["status"] for session in third["sessions"]} == {"finished"}
    assert is_sum_of_its_nodes(second)
    assert is_sum_of_its_nodes(third["totals"])
    totals = third["totals"]
    assert (totals["calls"], totals["prompt_tokens"], totals["completion_tokens"]) == ledger_sums(out)
    assert sum(totals["reasons"].values()) == third["rejected"] > sum(second["reasons"].values())
    dialogue = next(node for node in totals["nodes"] if node["node"] == "dialogue")
    assert 0 < dialogue["p50"] <= dialogue["p95"] <= dialogue["p99"]


def test_what_a_killed_run_spent_is_counted_once(tmp_path: Path, server: FaultServer) -> None:
    """Killed twice: before run.json told of any call, and after it had told of some."""
    server.change(latency=0.1)
    out = tmp_path / "run"
    recipe = write(tmp_path / "recipe.yaml", lines(server, 400, price=PRICE))
    early = Client(recipe, out)
    server.wait_for(30, "answered")
    assert early.kill()
    assert told(out)["calls"] == 0
    late = Client(recipe, out, report_every=1)
    while not told(out)["calls"]:
        assert not late.over
        time.sleep(0.02)
    server.wait_for(server.stats()["answered"] + 30, "answered")
    assert late.kill()
    known = told(out)["totals"]["calls"]
    server.change(latency=0.0)
    report = run(lines(server, 400, price=PRICE), out)
    assert report.status == "finished"
    left = told(out)
    calls, prompt, completion = ledger_sums(out)
    answered = server.stats()["answered"]
    # An answer that was on its way to the ledger when the process was killed was paid for, and is asked for again.
    assert known < 400 == calls <= left["totals"]["calls"] <= answered
    assert left["totals"]["prompt_tokens"] >= prompt
    assert [session["status"] for session in left["sessions"]] == ["killed", "killed", "finished"]
    assert all(session["calls"] for session in left["sessions"])
    assert sum(session["calls"] for session in left["sessions"]) == left["totals"]["calls"]
    spent = (prompt * PRICE["input"] + completion * PRICE["output"]) / 1e6
    assert left["totals"]["money"] == pytest.approx(spent, rel=0.02)
    assert left["totals"]["money"] == pytest.approx(sum(session["money"] for session in left["sessions"]))
    (node,) = left["totals"]["nodes"]
    assert (node["node"], node["model"], node["calls"]) == ("line", "writer", left["totals"]["calls"])


def test_without_run_json_all_calls_are_counted_from_the_ledger(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(weave(server), out)
    before = told(out)
    (out / "run.json").unlink()
    run(weave(server), out)
    after = told(out)
    assert [session["status"] for session in after["sessions"]] == ["unknown", "finished"]
    names = ("calls", "prompt_tokens", "completion_tokens")
    assert [after["totals"][name] for name in names] == [before["totals"][name] for name in names]


def test_only_calls_after_the_last_one_told_of_are_added(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(lines(server, 20), out)
    (out / "run.json").write_bytes(orjson.dumps(told(out) | {"ledger_rows": 15}))
    run(lines(server, 20), out)
    first, second = told(out)["sessions"]
    assert (first["calls"], second["calls"], told(out)["totals"]["calls"]) == (25, 0, 25)


@pytest.mark.parametrize("field", ["totals", "sessions", "ledger_rows"])
def test_a_run_json_of_another_form_is_written_anew(tmp_path: Path, server: FaultServer, field: str) -> None:
    out = tmp_path / "run"
    run(lines(server, 20), out)
    content = told(out)
    for wrong in ([None], {"nodes": "x"}):
        (out / "run.json").write_bytes(orjson.dumps(content | {field: wrong}))
        run(lines(server, 20), out)
        assert told(out)["totals"]["calls"] == 20
        assert told(out)["run"] == content["run"]


def test_an_interrupted_run_is_a_session_of_its_own(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.3)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 100)), out)
    server.wait_for(20)
    client.signal(signal.SIGINT)
    client.finish()
    server.change(latency=0.0)
    run(lines(server, 100), out)
    left = told(out)
    assert [(session["status"], session["why"]) for session in left["sessions"]] == [
        ("interrupted", "Ctrl-C"),
        ("finished", None),
    ]
    assert left["totals"]["calls"] == 100
    assert all(session["started"] <= session["ended"] for session in left["sessions"])


def test_attempts_that_bring_no_answer_are_counted_by_kind(tmp_path: Path, server: FaultServer) -> None:
    server.change(rate_503=0.1, rate_500=0.1, torn=0.05, retry_after=0.0)
    out = tmp_path / "run"
    report = run(lines(server, 150), out)
    assert report.status == "finished"
    left, stats = told(out), server.stats()
    assert left["faults"] == {
        "overloaded": stats["by_status"]["503"],
        "broken": stats["by_status"]["500"] + stats["by_fault"]["torn"],
    }
    assert left["retries"] == sum(left["faults"].values()) == stats["requests"] - left["calls"]
    assert left["given_up"] == 0


def test_a_call_that_is_given_up(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0003=>400"])
    out = tmp_path / "run"
    run(lines(server, 5), out)
    left = told(out)
    (node,) = left["nodes"]
    assert (left["given_up"], left["retries"], node["faults"]) == (1, 0, {"refused": 1})


def test_attempts_that_time_out(tmp_path: Path, server: FaultServer) -> None:
    server.change(hang=0.2)
    out = tmp_path / "run"
    run(lines(server, 30, timeout=0.4), out)
    left = told(out)
    hung = server.stats()["by_fault"]["hang"]
    assert (left["faults"], left["retries"]) == ({"timed out": hung}, hung)


def test_endpoints_and_models_are_told(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(lines(server, 30), out)
    left = told(out)
    (endpoint,) = left["endpoints"]
    assert (endpoint["url"], endpoint["answers"], endpoint["ceiling"]) == (server.url, 30, 8)
    assert 1 <= endpoint["limit"] <= 8
    assert left["models"] == {"writer": "fault"}


def test_failed_records_that_are_retried_leave_the_reasons(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0003=>400"])
    out = tmp_path / "run"
    run(lines(server, 5), out)
    assert sum(told(out)["totals"]["reasons"].values()) == 1
    server.change(status_for=[])
    run(lines(server, 5), out, retry=True)
    left = told(out)
    assert (left["totals"]["reasons"], left["totals"]["given_up"], left["given_up"]) == ({}, 1, 0)


def test_a_run_json_that_is_no_json_is_named(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(lines(server, 5), out)
    (out / "run.json").write_text("{")
    with pytest.raises(dialoom.DialoomError, match=r"run\.json cannot be read"):
        run(lines(server, 5), out)
