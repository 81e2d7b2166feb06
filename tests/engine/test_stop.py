"""Stopping a run: Ctrl-C once and twice, SIGTERM, a second run in the directory, a disk that is full."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

import dialoom
from tests.engine.support import Client, Left, asked, in_ledger, left_in, lines, run, weave, write
from tests.support.fault_server import FaultServer


def resume(server: FaultServer, out: Path, count: int) -> Left:
    """Run again to the end; nothing that is in the ledger may be asked again."""
    known = in_ledger(out)
    server.reset(latency=0.0)
    assert run(lines(server, count), out).status == "finished"
    assert not asked(server) & known
    left = left_in(out)
    assert left.add_up()
    assert len(left.kept) == count
    return left


@pytest.mark.parametrize(("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_one_signal_drains(tmp_path: Path, server: FaultServer, number: int, name: str) -> None:
    server.change(latency=0.5)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 100)), out)
    server.wait_for(20)
    client.signal(number)
    begun = time.monotonic()
    said = client.finish()
    # The calls on their way take up to half a second; nothing new is sent.
    assert time.monotonic() - begun < 20
    assert (said["status"], said["why"] if said["error"] != "NoneType" else None) == ("interrupted", None)
    left = left_in(out)
    assert left.add_up()
    assert left.report["why"] == name
    assert left.report["pending"] == 100 - len(left.kept)
    stats = server.stats()
    # All that was sent was answered, and all that was answered is in the ledger.
    assert stats["requests"] == stats["answered"] == sum(in_ledger(out).values()) == len(left.kept)
    assert 20 <= stats["requests"] <= 32
    resume(server, out, 100)


def test_two_signals_stop_at_once(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.1)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 100)), out)
    server.wait_for(20, "answered")
    server.change(latency=30.0)
    server.wait_for(server.stats()["answered"] + 8)
    time.sleep(0.2)
    client.signal(signal.SIGINT)
    time.sleep(0.3)
    assert not client.over, "it waits for the calls on their way"
    client.signal(signal.SIGINT)
    begun = time.monotonic()
    assert client.finish()["status"] == "interrupted"
    assert time.monotonic() - begun < 20
    left = left_in(out)
    assert left.add_up()
    assert 20 <= len(left.kept) < 100
    assert len(left.kept) == sum(in_ledger(out).values())
    resume(server, out, 100)


def test_a_signal_while_the_limiter_and_retries_hold_calls_back(tmp_path: Path, server: FaultServer) -> None:
    """Calls that wait for a slot, or to be tried again, are not on their way."""
    server.change(latency=0.3, max_in_flight=1, retry_after=20.0)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 60, concurrency=8)), out)
    server.wait_for(2, "answered")
    client.signal(signal.SIGINT)
    begun = time.monotonic()
    assert client.finish()["status"] == "interrupted"
    assert time.monotonic() - begun < 20
    assert left_in(out).add_up()
    server.reset(max_in_flight=None)
    resume(server, out, 60)


def test_a_second_run_in_the_directory_is_refused(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.3)
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", lines(server, 60)), out)
    server.wait_for(1)
    with pytest.raises(dialoom.DialoomError, match="another run is at work in") as caught:
        run(lines(server, 60), out)
    assert caught.value.exit_code == 5
    server.change(latency=0.0)
    assert client.finish()["status"] == "finished"
    assert len(left_in(out).kept) == 60


@pytest.mark.parametrize("limit", [20_000, 60_000, 100_000, 200_000, 300_000])
def test_a_disk_that_fills_up_loses_nothing(tmp_path: Path, server: FaultServer, limit: int) -> None:
    """A file that may not grow stands for a full disk; with each limit another file is the first to meet it."""
    out = tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", weave(server)), out, file_limit=limit, commit_every=0.05)
    said = client.finish()
    assert said["error"] == "StorageError", said
    assert said["status"] in ("stopped", "raised")
    if (out / "run.json").exists():
        assert sum(left_in(out).report[name] for name in ("kept", "rejected", "failed", "pending")) > 0
    known = in_ledger(out)
    server.reset()
    assert run(weave(server), out).status == "finished"
    assert not asked(server) & known
    left = left_in(out)
    assert left.add_up()
    assert len(left.kept) + len(left.rejected) == 210


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_is_refused(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(dialoom.DialoomError, match="cannot use"):
        run(lines(server, 5), tmp_path / "closed" / "run")


def test_a_file_where_the_directory_should_be_is_refused(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(dialoom.DialoomError, match="cannot use"):
        run(lines(server, 5), tmp_path / "run")


def test_a_ledger_that_is_no_database_is_refused(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/ledger.sqlite").write_text("not a database" * 100)
    with pytest.raises(dialoom.DialoomError, match=r"ledger\.sqlite cannot be used"):
        run(lines(server, 5), tmp_path / "run")


def test_a_torn_line_among_the_rejects_is_mended(tmp_path: Path, server: FaultServer) -> None:
    content = weave(server)
    out = tmp_path / "run"
    run(content, out)
    before = left_in(out)
    with (out / "rejects/rejected.jsonl").open("ab") as file:
        file.write(b'{"id": "torn", "se')
    run(content, out)
    assert left_in(out).same_data(before)
    assert b"torn" not in (out / "rejects/rejected.jsonl").read_bytes()
