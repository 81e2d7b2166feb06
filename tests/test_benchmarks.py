"""The benchmarks, with so little to do that they take a moment; what they say of right and wrong holds at any size."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from benchmarks._figures import Figure

from dialoom.models.weights import find_weights

ROOT = Path(__file__).resolve().parents[1]
MODULES = ["throughput", "faults", "resume", "memory", "embedded", "soak", "rare_intents", "__main__"]
WORDS = """\
recipe: words
models: {writer: embedded}
source: [{word: glad}, {word: cold}, {word: hot}]
nodes:
  opposite: {kind: generate, max_tokens: 4, prompt: "A dictionary of opposites. The opposite of {{ word }}:"}
"""


def bench(name: str, *arguments: str | Path) -> dict[str, dict[str, Any]]:
    """The figures of a benchmark by what they are of; its exit status is 0 exactly when no target is missed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.stdout, done.stderr.decode()
    figures = orjson.loads(done.stdout)
    assert done.returncode == any(figure["holds"] is False for figure in figures)
    return {figure["what"]: figure for figure in figures}


@pytest.mark.parametrize("name", MODULES)
def test_help_says_how_it_is_run(name: str) -> None:
    told = importlib.import_module(f"benchmarks.{name}").options().format_help()
    assert ("python -m benchmarks" if name == "__main__" else f"python -m benchmarks.{name}") in told
    assert "--json" in told


def test_throughput_compares_engines_that_do_the_job(tmp_path: Path) -> None:
    (tmp_path / "idle.py").write_text("")
    small = ["--records", "20", "--concurrency", "10", "--latency", "0.01"]
    figures = bench("throughput", *small, "--peer", "idle", sys.executable, tmp_path / "idle.py")
    assert figures["10 in flight: rows right"]["value"] == 20
    assert figures["10 in flight: CPU, to that of floor"]["value"] > 1
    assert figures["10 in flight: window, to ideal"]["value"] >= 1
    assert figures["10 in flight: against idle"]["value"] is None
    assert figures["10 in flight: against idle"]["note"] == "0 of 20 rows right"


def test_faults_cost_no_row() -> None:
    figures = bench("faults", "--records", "20", "--latency", "0.005", "--fault", "slowing")
    assert figures["slowing server: rows right"]["holds"]
    assert figures["slowing server: answers/s, to the best fixed"]["value"] > 0


def test_a_full_disk_ends_the_run_and_costs_nothing_but_what_was_on_its_way() -> None:
    figures = bench("resume", "--records", "60", "--concurrency", "10", "--latency", "0.01", "--scene", "full")
    assert len(figures) == 5
    assert all(figure["holds"] for figure in figures.values()), figures


def test_all_in_one_run_gives_the_figures_of_each() -> None:
    code = "import benchmarks.__main__ as all; all._QUICK['memory'] = ['--records', '300', '--early', '50']; "
    code += "import sys; sys.exit(all.run(all.measure, all.options(), ['--quick', '--only', 'memory', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    figures = {figure["what"]: figure for figure in orjson.loads(done.stdout)}
    assert figures["records kept"]["value"] == 300
    assert all(figure["benchmark"] == "memory" for figure in figures.values())


def test_a_soak_ends_when_its_time_is_up() -> None:
    figures = bench("soak", "--minutes", "0.05", "--latency", "0.05", "--concurrency", "4")
    assert figures["stopped when told (1: yes)"]["holds"]
    assert figures["records failed"]["value"] == 0
    assert figures["open handles in the last quarter"]["value"] > 0


@pytest.mark.embedded
@pytest.mark.skipif(find_weights() is None, reason="the weights of the embedded model are not here")
def test_the_bare_server_is_asked_what_dialoom_asked(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text(WORDS)
    figures = bench("embedded", "--recipe", tmp_path / "words.yaml", "--seeds", "3", "--slots", "1")
    # One slot, one order: the cache serves both alike.
    assert figures["prompt tokens evaluated, to the same order asked bare"]["value"] == 1
    assert figures["prompt tokens evaluated, a call"]["value"] < figures["prompt tokens sent, a call"]["value"]


def test_a_figure_knows_its_target() -> None:
    figures = [
        Figure("b", "a", 1.0, most=1.5),
        Figure("b", "a", 0.7, least=0.8, most=1.2),
        Figure("b", "a", 5, least=5, most=5),
        Figure("b", "a", 3.0, "s"),
        Figure("b", "a", None, most=1, note="no compiler"),
    ]
    assert [figure.holds for figure in figures] == [True, False, True, None, None]
    assert [figure.target for figure in figures] == ["at most 1.5", "0.8 to 1.2", "5", "", "at most 1"]
    assert figures[4].measured == "skipped: no compiler"
    assert [Figure.from_json(figure.to_json()) for figure in figures] == figures
