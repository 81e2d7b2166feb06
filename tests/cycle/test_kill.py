"""SIGKILL at every stage: the same command goes on, asks nothing again that was answered, and makes the same set."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from zlib import crc32

import pytest

from tests.cli.conftest import COMMAND
from tests.cycle.test_cycle import data
from tests.models.scripted import Body, Scripted

pytest.importorskip("sklearn")
pytest.importorskip("wordllama")

_WORDS = (
    "bag",
    "suitcase",
    "luggage",
    "airport",
    "gone",
    "belt",
    "flight",
    "dollars",
    "rate",
    "bank",
    "euros",
    "today",
)
_MOMENTS = (
    "baselines.json",
    "round-1/plan.yaml",
    "round-1/run/ledger.sqlite",
    "round-1/run/corpus/dialogues.lance",
    "round-1/candidates.jsonl",
    "round-1/kept.jsonl",
    "round-1/validated.json",
    "corpus/dialogues.lance",
    "report.json",
    "train.jsonl",
)
_PATIENCE = 240.0


def answer(body: Body) -> str:
    """The same for the same question."""
    said = json.dumps([body["messages"], body.get("seed")], sort_keys=True)
    picked = [_WORDS[crc32(f"{said}{place}".encode()) % len(_WORDS)] for place in range(4)]
    return "my " + " ".join(dict.fromkeys(picked))


def command(folder: Path, url: str) -> list[str]:
    given = data(folder)
    small = ["--per-intent", "6", "--over", "2", "--rounds", "2", "--seeds", "1", "--seed", "3", "--quiet"]
    return [
        *COMMAND,
        "cycle",
        given["data"],
        "--test",
        given["test"],
        "--out",
        str(folder / "out"),
        "--model",
        url,
        *small,
    ]


def killed_at(arguments: list[str], file: Path) -> bool:
    """Whether it was killed just after the file had come, and not done before."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + _PATIENCE
    while not file.exists() and process.poll() is None:
        assert time.monotonic() < end, f"{file} never came"
        time.sleep(0.01)
    if process.poll() is not None:
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return True


def made(folder: Path) -> list[str]:
    lines = (folder / "out" / "train.jsonl").read_text().splitlines()
    return [f"{row['intent']}: {row['text']}" for row in map(json.loads, lines) if row["provenance"] == "synthetic"]


@pytest.mark.slow
def test_killed_at_every_stage(tmp_path: Path) -> None:
    with Scripted(answer) as server:
        whole, cut = tmp_path / "whole", tmp_path / "cut"
        subprocess.run(command(whole, server.url), check=True, timeout=_PATIENCE)
        asked = Counter(json.dumps(body, sort_keys=True) for body in server.bodies)
        server.bodies.clear()
        arguments = command(cut, server.url)
        kills = sum(killed_at(arguments, cut / "out" / moment) for moment in _MOMENTS)
        assert kills >= len(_MOMENTS) - 2
        subprocess.run(arguments, check=True, timeout=_PATIENCE)
        again = Counter(json.dumps(body, sort_keys=True) for body in server.bodies)
    assert made(cut) == made(whole)
    assert again.keys() == asked.keys()
    # What was on its way when it was killed is asked once more, and nothing else.
    assert sum(again.values()) - sum(asked.values()) <= 16 * kills
    told = [json.loads((folder / "out" / "outcome.json").read_text()) for folder in (whole, cut)]
    assert told[0]["rounds"] == told[1]["rounds"]
    assert told[0]["report"] == told[1]["report"]
