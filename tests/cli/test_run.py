"""The commands that make dialogues and what is done with them: preview, run, retry, rejects, export."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import orjson

from tests.cli.conftest import COMMAND, Dialoom
from tests.support.fault_server import FaultServer


def test_run_tells_numbers_and_samples(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", recipe)
    assert ended.code == 0, ended.err
    assert "calls: finished" in ended.out
    assert "sample 2" in ended.out
    assert "Caller" in ended.out
    assert "\x1b" not in ended.out + ended.err, "no colour without a terminal"
    report = orjson.loads((tmp_path / "runs" / "calls" / "run.json").read_bytes())
    assert report["kept"] > 0
    assert report["origin"]["recipe"] == str(recipe)


def test_json_is_alone_on_stdout_and_a_rerun_makes_no_call(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    first = dialoom("run", recipe, "--out", "r", "--json")
    assert first.json == orjson.loads((tmp_path / "r" / "run.json").read_bytes())
    assert first.json["calls"] > 0
    again = dialoom("run", recipe, "--out", "r", "--json")
    assert (again.code, again.json["calls"], again.json["kept"]) == (0, 0, first.json["kept"])


def test_quiet_says_nothing(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", recipe, "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_nothing_kept_is_7(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("run", recipe, "--set", "quality.rules=[turns > 99]", "--out", "r")
    assert ended.code == 7
    assert "dialoom rejects r" in ended.err
    told = dialoom("rejects", "r", "-n", "1")
    assert told.code == 0
    assert "turns > 99" in told.out
    counted = dialoom("rejects", "r", "--json").json
    assert counted["reasons"][0]["state"] == "rejected"


def test_failures_are_8_and_retry_mends_them(recipe: Path, dialoom: Dialoom) -> None:
    with FaultServer(status_for=["seat upgrade=>400"]) as server:
        ended = dialoom(
            "run", recipe, "--set", f"models.writer={server.url}", "--set", "seed=3", "--out", "r", "--json"
        )
        assert ended.code == 8, ended.err
        assert ended.json["failed"] == 1
        assert "dialoom retry r" in ended.err
        assert "400" in dialoom("rejects", "r").out
        server.change(status_for=())
        mended = dialoom("retry", "r", "--json")
    assert mended.code == 0, mended.err
    assert (mended.json["failed"], mended.json["seeds"]) == (0, 2)
    assert mended.json["origin"]["set"]["seed"] == "3"


def test_retry_needs_a_run_and_its_recipe(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    missing = dialoom("retry", "nowhere")
    assert missing.code == 5
    assert "nowhere" in missing.err
    (tmp_path / "empty").mkdir()
    assert "holds no run.json" in dialoom("retry", "empty").err
    dialoom("run", recipe, "--out", "r", "-q")
    recipe.unlink()
    gone = dialoom("retry", "r")
    assert gone.code == 3
    assert str(recipe) in gone.err


def test_preview_shows_prompts_and_answers_of_one_way(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("preview", recipe)
    assert ended.code == 0, ended.err
    assert "situations about lost luggage" in ended.out
    assert "[user]\nSpeakers: Caller and Agent\nA dialogue about" in ended.out
    assert "kept" in ended.out
    (record,) = dialoom("preview", recipe, "--json").json["records"]
    assert [step["node"] for step in record["steps"]] == ["subtopic[0]", "dialogue"]
    assert len(record["steps"][1]["calls"]) == 1
    assert len(dialoom("preview", recipe, "-n", "2", "--json").json["records"]) == 2


def test_a_run_uses_the_answers_of_a_preview(recipe: Path, dialoom: Dialoom) -> None:
    assert dialoom("preview", recipe, "--out", "r").code == 0
    ended = dialoom("run", recipe, "--out", "r", "--json")
    assert ended.json["ledger_hits"] > 0
    assert ended.json["kept"] == dialoom("run", recipe, "--out", "fresh", "--json").json["kept"]
    assert dialoom("preview", recipe, "--out", "r").code == 5, "a preview must not take a run's place"


def test_export(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    kept = dialoom("run", recipe, "--out", "r", "--json").json["kept"]
    ended = dialoom("export", "r", "--to", "jsonl", "--out", "all.jsonl")
    assert ended.code == 0, ended.err
    assert f"wrote {kept} dialogues" in ended.err
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
    assert len(lines) == kept
    assert {"id", "turns", "plan", "summary", "personas", "topic", "lineage"} <= orjson.loads(lines[0]).keys()
    assert dialoom("export", "r", "--to", "jsonl", "--out", "all.jsonl").code == 5
    assert dialoom("export", "r", "--to", "messages", "--out", "all.jsonl", "--force").code == 0
    streamed = dialoom("export", "r/corpus", "--to", "messages", "--out", "-")
    assert orjson.loads(streamed.out.splitlines()[0])["messages"][0]["role"] == "user"


def test_export_with_a_condition_and_wrong_words(recipe: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "r", "-q")
    some = dialoom("export", "r", "--to", "jsonl", "--out", "-", "--where", "topic = 'seat upgrade'")
    assert {orjson.loads(line)["topic"] for line in some.out.splitlines()} == {"seat upgrade"}
    assert dialoom("export", "r", "--to", "jsonl", "--out", "-", "--where", "topic = 'x'").code == 3
    assert dialoom("export", "r", "--to", "jsonl", "--out", "-", "--where", "tpoic = 'x'").code == 2
    unknown = dialoom("export", "r", "--to", "jsnol", "--out", "x")
    assert unknown.code == 2
    assert "messages" in unknown.err
    assert dialoom("export", "nowhere", "--to", "jsonl", "--out", "x").code == 5


def test_a_shared_corpus_is_exported_by_run(recipe: Path, dialoom: Dialoom) -> None:
    dialoom("run", recipe, "--out", "one", "--set", "corpus=shared", "--limit", "1", "-q")
    dialoom("run", recipe, "--out", "two", "--set", "corpus=shared", "--set", "seed=1", "-q")
    lines = [len(dialoom("export", place, "--to", "jsonl", "--out", "-").out.splitlines()) for place in ("one", "two")]
    assert len(dialoom("export", "shared", "--to", "jsonl", "--out", "-").out.splitlines()) == sum(lines)


def test_ctrl_c_is_130_and_the_same_command_goes_on(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    with FaultServer(latency=0.4) as server:
        changes = ["--set", f"models.writer={server.url}", "--set", "source.repeat=30"]
        process = subprocess.Popen(
            [*COMMAND, "run", str(recipe), "--out", "r", *changes],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        server.wait_for(5, "answered")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        assert b"Traceback" not in err
        ended = dialoom("run", recipe, "--out", "r", *changes, "--json")
        assert (ended.code, ended.json["pending"]) == (0, 0)
        assert server.stats()["repeats"] == 0


def test_two_runs_in_one_directory(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    with FaultServer(latency=0.7) as server:
        command = [*COMMAND, "run", str(recipe), "--out", "r", "--set", f"models.writer={server.url}", "-q"]
        first = subprocess.Popen(command, cwd=tmp_path)
        while not (tmp_path / "r" / "run.json").exists():
            time.sleep(0.05)
        second = dialoom("run", recipe, "--out", "r")
        assert second.code == 5
        assert "another run is at work in r" in second.err
        assert first.wait(timeout=30) == 0


def test_a_terminal_gets_a_live_view_in_colour(recipe: Path, tmp_path: Path) -> None:
    terminal, far_end = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "run", str(recipe)],
        cwd=tmp_path,
        stdin=far_end,
        stdout=far_end,
        stderr=far_end,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"},
    )
    os.close(far_end)
    shown = b""
    # On Linux a terminal whose other end has gone gives EIO.
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 65536):
            shown += chunk
    os.close(terminal)
    assert process.wait(timeout=30) == 0, shown.decode()
    assert b"records/min" in shown
    assert b"\x1b[1;36mCaller" in shown
