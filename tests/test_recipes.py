"""The recipes of conversations that ship: on the fault server, and a little on the embedded model."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import dialoom
from dialoom.models.weights import find_weights
from tests.support.fault_server import FaultServer

FOLDER = Path(dialoom.__file__).parent / "recipes"
NAMES = ["two-agents", "support-calls"]


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_on_the_fault_server(name: str, tmp_path: Path) -> None:
    with FaultServer() as server:
        changes = {"models.writer": server.url, "quality.rules": "[turns >= 4]"}
        report = dialoom.run(dialoom.load_recipe(FOLDER / f"{name}.yaml", changes), tmp_path / "out")
    assert report.status == "finished"
    assert report.counts.failed == 0
    dialogues = list(dialoom.Corpus.open(tmp_path / "out" / "corpus").dialogues())
    assert len(dialogues) == 3
    events = {event.what for dialogue in dialogues for event in dialogue.lineage.events}
    assert "the talk ended" in events
    if name == "support-calls":
        assert all(turn.acts for dialogue in dialogues for turn in dialogue.turns)
    else:
        assert "steered" in events


@pytest.mark.embedded
@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed")
@pytest.mark.skipif(find_weights() is None, reason="the weights are not here; run: dialoom models pull")
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_on_the_embedded_model(name: str, tmp_path: Path) -> None:
    changes = {
        # One thread: several of them wait for each other where others use the machine.
        "models.writer": "{from: embedded, threads: 1, slots: 1}",
        "bounds.limit": "1",
        "nodes.dialogue.candidates": "1",
        "nodes.dialogue.turns": "6",
        "quality.rules": "[turns >= 4]",
    }
    report = dialoom.run(dialoom.load_recipe(FOLDER / f"{name}.yaml", changes), tmp_path / "out")
    assert report.counts.failed == 0
    (dialogue,) = dialoom.Corpus.open(tmp_path / "out" / "corpus").dialogues()
    assert 4 <= len(dialogue.turns) <= 6
    assert all(len(turn.text.split()) > 0 for turn in dialogue.turns)
