"""Servers that fail: what is tried again, what is one record's failure, and what stops the run."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.support import Client, asked, in_ledger, left_in, lines, run, write
from tests.support.fault_server import FaultServer


@pytest.mark.parametrize(
    ("faults", "fields"),
    [
        ({"rate_500": 0.05}, {}),
        ({"rate_503": 0.3}, {}),
        ({"rate_429": 0.1, "retry_after": 0.1}, {}),
        ({"max_in_flight": 3, "retry_after": 0.1}, {"concurrency": 32}),
        ({"torn": 0.1}, {}),
        ({"wrong_json": 0.1}, {}),
        ({"no_choices": 0.1}, {}),
        ({"hang": 0.03}, {"timeout": 0.3}),
        ({"rate_500": 0.02, "rate_503": 0.05, "torn": 0.03, "wrong_json": 0.03, "no_choices": 0.03}, {}),
    ],
    ids=str,
)
def test_passing_faults_cost_no_record(
    tmp_path: Path, server: FaultServer, faults: Mapping[str, Any], fields: Mapping[str, Any]
) -> None:
    server.change(latency=0.005, **faults)
    report = run(lines(server, 120, **fields), tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 120)
    left = left_in(tmp_path / "run")
    assert left.add_up()
    stats = server.stats()
    assert sum(stats["by_fault"].values()) > 0, "the server was to fail"
    # An answer that was good is never asked for again.
    assert (stats["unique_answered"], stats["repeats"]) == (120, 0)
    assert left.report["calls"] == 120


def test_empty_answers_are_answers(tmp_path: Path, server: FaultServer) -> None:
    server.change(empty=0.5)
    report = run(lines(server, 20), tmp_path / "run")
    assert (report.counts.kept, server.stats()["requests"]) == (20, 20)


def test_a_call_that_waits_to_be_tried_again_keeps_no_other_from_being_made(
    tmp_path: Path, server: FaultServer
) -> None:
    """Ten of the first records are told to come back in 100 s; a concurrency of four would be full of them."""
    server.change(status_for=[r"row000\d=>429"], retry_after=100.0, latency=0.01)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 100, concurrency=4)), out)
    begun = time.monotonic()
    server.wait_for(90, "answered", 60)
    assert time.monotonic() - begun < 60
    # And a run that is stopped does not sit out the waits.
    client.signal(signal.SIGINT)
    assert client.finish(40)["status"] == "interrupted"
    left = left_in(out)
    assert (len(left.kept), left.report["pending"]) == (90, 10)


def test_a_poison_record_fails_alone_and_is_taken_up_by_retry_alone(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    server.change(status_for=["row0007=>400"])
    content = lines(server, 30)
    report = run(content, out)
    assert report.status == "finished"
    left = left_in(out)
    assert left.add_up()
    assert (len(left.kept), len(left.failed)) == (29, 1)
    (line,) = left.failed.values()
    assert (line["node"], line["record"]["topic"]) == ("line", "row0007")
    assert "400" in line["reasons"][0]

    server.reset()
    assert run(content, out).counts.failed == 1
    assert server.stats()["requests"] == 0

    assert run(content, out, retry=True).counts.failed == 1
    assert server.stats()["requests"] == 1
    assert left_in(out).same_data(left)

    server.reset(status_for=[])
    assert run(content, out, retry=True).counts.kept == 30
    assert server.stats()["requests"] == 1
    left = left_in(out)
    assert left.add_up()
    assert not left.failed
    assert (out / "rejects/failed.jsonl").read_bytes() == b""


def test_a_record_that_breaks_the_server_each_time_fails_alone(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0003=>500"], latency=0.01)
    report = run(lines(server, 60, tries=3), tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert (report.status, len(left.kept), len(left.failed)) == ("finished", 59, 1)
    assert "500" in next(iter(left.failed.values()))["reasons"][0]


def test_a_server_that_breaks_on_the_only_record_fails_it(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row=>500"])
    report = run(lines(server, 1, tries=2), tmp_path / "run")
    assert (report.status, report.counts.failed) == ("finished", 1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_dead_endpoint_stops_the_run_before_its_first_call(tmp_path: Path, server: FaultServer) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    report = run(lines(url, 10), tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    assert url in str(report.why)
    left = left_in(tmp_path / "run")
    assert (left.report["pending"], left.failed) == (10, {})
    assert left.add_up()
    assert run(lines(server, 10), tmp_path / "run").counts.kept == 10


@pytest.mark.parametrize("tries", [1, 3])
def test_an_endpoint_that_resets_every_connection_midway_stops_the_run(
    tmp_path: Path, server: FaultServer, tries: int
) -> None:
    server.change(dead_after=50, latency=0.01)
    out = tmp_path / "run"
    report = run(lines(server, 200, tries=tries), out)
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    left = left_in(out)
    assert left.add_up()
    assert not left.failed
    assert 30 <= len(left.kept) <= 50
    assert left.report["pending"] == 200 - len(left.kept)
    known = in_ledger(out)
    server.reset(dead_after=None)
    assert run(lines(server, 200, tries=tries), out).counts.kept == 200
    assert not asked(server) & known


def test_answers_to_earlier_calls_do_not_clear_an_endpoint_that_goes_away(tmp_path: Path, server: FaultServer) -> None:
    """While those that were on their way are still answered, all that is sent later meets a reset."""
    server.change(dead_after=40, latency=0.3, jitter=0.25)
    out = tmp_path / "run"
    report = run(lines(server, 200, tries=1, concurrency=16), out)
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    left = left_in(out)
    assert left.add_up()
    assert (len(left.kept), left.failed) == (40, {})


def test_many_refusals_while_others_are_still_being_answered_fail_their_records_alone(
    tmp_path: Path, server: FaultServer
) -> None:
    """Refusals come at once and answers late, so there are many of them in a row; also at the end."""
    server.change(status_for=[r"row0[1-9]\d[02468]=>400"], latency=0.4)
    out = tmp_path / "run"
    report = run(lines(server, 160, concurrency=16), out)
    left = left_in(out)
    assert (report.status, len(left.kept), len(left.failed)) == ("finished", 130, 30)


def test_an_endpoint_that_is_only_overloaded_for_ever_stops_the_run(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row01=>503"], latency=0.005)
    report = run(lines(server, 200, tries=2), tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    assert len(left.kept) >= 95
    assert not left.failed


def test_a_server_that_is_killed_midway_stops_the_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with FaultServer(latency=0.02) as server:
        content = lines(server, 200, tries=3)
        client = Client(write(tmp_path / "recipe.yaml", content), out)
        server.wait_for(40, "answered")
    said = client.finish()
    assert (said["status"], said["error"]) == ("stopped", "EndpointError")
    left = left_in(out)
    assert left.add_up()
    assert not left.failed
    with FaultServer() as server:
        content = lines(server, 200, tries=3)
        assert run(content, out).counts.kept == 200


def test_of_two_endpoints_the_one_that_answers_takes_over(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 100)
    content["models"]["writer"]["url"] = [f"http://127.0.0.1:{free_port()}/v1", server.url]
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 100)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ENGINE_TEST_KEY", "wrong")
    return "ENGINE_TEST_KEY"


def test_a_refused_key_stops_the_run_with_the_remedy(tmp_path: Path, server: FaultServer, key: str) -> None:
    server.change(key="right")
    report = run(lines(server, 10, key=key), tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    assert "401" in str(report.why)
    assert "key" in str(report.error and report.error.remedy)
    assert left_in(tmp_path / "run").report["pending"] == 10


def test_a_key_that_is_refused_midway_stops_the_run(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row002=>401"], latency=0.005)
    report = run(lines(server, 100), tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert (report.status, type(report.error).__name__, left.failed) == ("stopped", "EndpointError", {})
    assert left.add_up()


def test_an_unknown_model_stops_the_run(tmp_path: Path, server: FaultServer) -> None:
    server.change(strict_model=True)
    report = run(lines(server, 10, model="no-such-model"), tmp_path / "run")
    assert (report.status, type(report.error).__name__) == ("stopped", "EndpointError")
    assert "no-such-model" in str(report.why)
    left = left_in(tmp_path / "run")
    assert (left.report["pending"], left.failed) == (10, {})
