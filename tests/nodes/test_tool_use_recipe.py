"""The recipe that ships for talks with tools: copied, and run on the embedded model."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import dialoom
from dialoom.cli.main import app
from dialoom.models.weights import find_weights
from tests.support.fault_server import FaultServer

CALLS = {"nodes.dialogue.cast.assistant.tool_choice": "required"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "shop"), "--recipe", "tool-use"])
    assert done.exit_code == 0, done.output
    return tmp_path / "shop" / "tool-use.yaml"


def test_its_files_come_with_it(copied: Path) -> None:
    names = {str(file.relative_to(copied.parent)) for file in copied.parent.rglob("*") if file.is_file()}
    assert names == {"tool-use.yaml", "examples/orders.py", "examples/tool_talks.jsonl"}


def test_its_rows_are_exported(copied: Path, tmp_path: Path) -> None:
    with FaultServer() as server:
        report = dialoom.run(dialoom.load_recipe(copied, {"models.writer": server.url, **CALLS}), tmp_path / "out")
    assert report.counts.kept == 4
    done = CliRunner().invoke(
        app, ["export", str(tmp_path / "out/corpus"), "--to", "messages", "--out", str(tmp_path / "rows")]
    )
    assert done.exit_code == 0, done.output
    for line in (tmp_path / "rows").read_text().splitlines():
        row = json.loads(line)
        assert [tool["function"]["name"] for tool in row["tools"]] == ["find_order", "cancel_order", "delivery_time"]
        assert row["messages"][-1]["role"] == "assistant"


@pytest.mark.embedded
@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed")
@pytest.mark.skipif(find_weights() is None, reason="the weights are not here; run: dialoom models pull")
def test_the_embedded_model_calls_tools(copied: Path, tmp_path: Path) -> None:
    # One thread: several of them wait for each other where others use the machine.
    changes = {"models.writer": "{from: embedded, threads: 1, slots: 1}", "nodes.dialogue.candidates": "1"}
    report = dialoom.run(dialoom.load_recipe(copied, CALLS | changes), tmp_path / "out", limit=1)
    assert report.status == "finished"
    assert report.counts.kept == 1, report
    (kept,) = dialoom.Corpus.open(tmp_path / "out" / "corpus").dialogues()
    assert kept.lineage.examples
    assert [turn.speaker for turn in kept.turns] == ["user", "assistant"] * 2
    assert kept.turns[1].text
    assert kept.turns[1].tool_calls
    assert all(call.name in ("find_order", "cancel_order", "delivery_time") for call in kept.turns[1].tool_calls)
    assert all(call.result for call in kept.turns[1].tool_calls)
