"""`dialoom runs`: the list of runs, and one run whole."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import COMMAND, Dialoom
from tests.support.fault_server import FaultServer

PRICED = ["--set", "models.writer.price={input: 1, output: 2}"]


def test_the_newest_run_comes_first_and_numbers_are_those_of_all_times(
    recipe: Path, tmp_path: Path, dialoom: Dialoom
) -> None:
    dialoom("run", recipe, "--out", "runs/old", "--limit", "1", "-q", *PRICED)
    file = tmp_path / "runs/old/run.json"
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | {"started": "2026-01-01T00:00:00+00:00"}))
    first = dialoom("run", recipe, "--out", "runs/deep/new", "--limit", "1", "--json", *PRICED).json
    second = dialoom("run", recipe, "--out", "runs/deep/new", "--json", *PRICED).json
    new, old = dialoom("runs", "--json").json
    assert (new["path"], old["path"]) == ("runs/deep/new", "runs/old")
    assert (new["status"], new["sessions"], old["sessions"]) == ("finished", 2, 1)
    assert new["calls"] == first["calls"] + second["calls"] > second["calls"] > 0
    assert new["money"] == pytest.approx(first["money"] + second["money"])
    shown = dialoom("runs").out
    assert shown.index("deep/new") < shown.index("old")
    assert f" {new['calls']} " in shown


def test_one_run_is_told_whole(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "r", "--limit", "1", "-q", *PRICED)
    dialoom("run", recipe, "--out", "r", "-q", *PRICED)
    told = dialoom("runs", "r", "--json").json
    assert told == orjson.loads((tmp_path / "r/run.json").read_bytes())
    shown = dialoom("runs", "r").out
    for part in ("subtopic", "dialogue", "p99", "all 2", told["made_from"]["recipe_sha256"], told["models"]["writer"]):
        assert part in shown


def test_damaged_runs_are_named_and_the_others_listed(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "runs/good", "-q")
    for name, content in {"torn": '{"recipe": "x', "list": "[]", "other": '{"recipe": "x"}'}.items():
        (tmp_path / "runs" / name).mkdir()
        (tmp_path / "runs" / name / "run.json").write_text(content)
    ended = dialoom("runs")
    assert ended.code == 0
    assert "good" in ended.out
    assert all(f"runs/{name}/run.json" in ended.err for name in ("torn", "list", "other"))
    assert "was not written by a run" in ended.err
    assert [run["path"] for run in dialoom("runs", "--json").json] == ["runs/good"]
    assert dialoom("runs", "runs/other").code == 5


def test_a_run_whose_numbers_are_damaged_inside_is_named(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "runs/bad", "-q")
    file = tmp_path / "runs/bad/run.json"
    whole = orjson.loads(file.read_bytes())
    spoils: list[dict[str, Any]] = [
        {"totals": {}},
        {"totals": 7},
        {"sessions": [{}]},
        {"started": "x"},
        {"kept": "many"},
    ]
    for spoiled in spoils:
        file.write_bytes(orjson.dumps(whole | spoiled))
        ended = dialoom("runs")
        assert (ended.code, "runs/bad/run.json" in ended.err) == (0, True), spoiled


def test_no_runs_and_no_folder(tmp_path: Path, dialoom: Dialoom) -> None:
    missing = dialoom("runs")
    assert missing.code == 5
    assert "there is no such folder" in missing.err
    (tmp_path / "runs").mkdir()
    assert "There is no run in runs." in dialoom("runs").out
    assert dialoom("runs", "--json").json == []


def test_a_run_at_work_and_one_that_was_killed(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    with FaultServer(latency=30.0) as server:
        command = [*COMMAND, "run", str(recipe), "--out", "runs/r", "--set", f"models.writer={server.url}", "-q"]
        process = subprocess.Popen(command, cwd=tmp_path)
        try:
            server.wait_for(1)
            assert [run["status"] for run in dialoom("runs", "--json").json] == ["running"]
        finally:
            process.kill()
            process.wait()
    assert [run["status"] for run in dialoom("runs", "--json").json] == ["killed"]
    assert "killed" in dialoom("runs", "runs/r").out
    # Looking at it leaves it free to be gone on with.
    assert dialoom("run", recipe, "--out", "runs/r", "-q").code == 0
    assert [session["status"] for session in dialoom("runs", "runs/r", "--json").json["sessions"]] == [
        "killed",
        "finished",
    ]


def test_tables_fit_a_narrow_terminal(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "runs/calls", "-q", *PRICED)
    for folder in ("runs", "runs/calls"):
        lines = on_terminal(80, tmp_path, "runs", folder)
        tables = [line for line in lines if not any(long in line for long in ("http", "sha256", "corpus:"))]
        assert max(map(len, tables)) <= 80
    (head,) = (line for line in lines if line.lstrip().startswith("node "))
    assert head.split() == ["node", "calls", "tokens", "out", "p50", "p95", "retries", "money"]
    # No name is broken to make room.
    assert any(line.lstrip().startswith("subtopic ") for line in lines)


def on_terminal(width: int, folder: Path, *arguments: str) -> list[str]:
    """The lines that a command shows on a terminal of that width."""
    terminal, far_end = pty.openpty()
    fcntl.ioctl(far_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, stdin=far_end, stdout=far_end, stderr=far_end, env={**os.environ}
    )
    os.close(far_end)
    shown = b""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            # On Linux a terminal whose other end has gone gives EIO.
            break
        shown += chunk
    os.close(terminal)
    assert process.wait(timeout=30) == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r", "").splitlines()
