"""What a user's slip must not cost: the run's own files, more than one record, or numbers a script can read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dialoom


def _exits_on_a(topic: str) -> dict[str, str]:
    if topic == "a":
        sys.exit(3)
    return {"said": topic}


def _run(out: Path) -> dialoom.Report:
    recipe = dialoom.Recipe("slips", models={}, source=[{"topic": "a"}, {"topic": "b"}])
    recipe.add("said", "function", call=_exits_on_a)
    return dialoom.run(recipe, out)


def test_a_function_that_exits_costs_its_record(tmp_path: Path) -> None:
    report = _run(tmp_path / "run")
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 1, 1)


@pytest.mark.parametrize("name", ["ledger.sqlite", "run.json", "corpus/x.jsonl"])
def test_export_leaves_the_files_of_a_run_alone(tmp_path: Path, name: str) -> None:
    run = tmp_path / "run"
    _run(run)
    before = (run / "ledger.sqlite").read_bytes()
    command = [sys.executable, "-m", "dialoom.cli.main", "export", str(run)]
    command += ["--to", "jsonl", "--out", str(run / name), "--force"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "keeps its own files" in done.stderr
    assert (run / "ledger.sqlite").read_bytes() == before


def test_what_a_function_prints_is_not_among_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("def loud(topic):\n    print('NOISE')\n    return topic\n", "utf-8")
    (tmp_path / "loud.yaml").write_text(
        'recipe: loud\nmodels: {}\nsource: [{topic: a}]\nnodes:\n  said: {kind: function, call: "steps.py:loud"}\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "dialoom.cli.main", "run", str(tmp_path / "loud.yaml")]
    command += ["--out", str(tmp_path / "run"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["kept"] == 1
    assert "NOISE" in done.stderr
