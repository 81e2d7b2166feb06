"""The recipes that ship: each is listed, copied with its files, checked, and run as it stands."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

import dialoom
from dialoom.cli._recipe import find_shipped, shipped
from dialoom.dialogue import pairs_of
from dialoom.models.weights import find_weights
from tests.cli.conftest import Dialoom
from tests.cli.conftest import dialoom as dialoom_fixture
from tests.support.fault_server import FaultServer

dialoom_command = dialoom_fixture
NAMES = sorted(shipped())
HAVE_EMBEDDED = importlib.util.find_spec("xllamacpp") is not None and find_weights() is not None
HAVE_LANGUAGE = importlib.util.find_spec("pycld2") is not None
# Lines of SyGra's examples of the same: its graph and its Python together.
SYGRA_LINES = {"code-assistant": 74 + 59, "rate-models": 118, "persona-chat": 117 + 111}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def skip_what_lacks(name: str) -> None:
    if name == "translate" and not HAVE_LANGUAGE:
        pytest.skip("the extra 'language' is not installed")


def loaded(name: str, url: str, **changes: str) -> dialoom.Recipe:
    file = find_shipped(name)
    models = dialoom.load_recipe(file).models
    # Names stay apart: what two models say must not be the same.
    return dialoom.load_recipe(file, {f"models.{model}": f"{url}#{model}" for model in models} | changes)


def test_these_ship() -> None:
    assert set(NAMES) >= {
        "code-assistant", "compare-models", "diasynth", "evolve-instruct", "from-documents", "paraphrase",
        "persona-chat", "rate-models", "self-refine", "translate",
    }  # fmt: skip
    for name in NAMES:
        recipe = dialoom.load_recipe(find_shipped(name))
        assert recipe.recipe == name
        assert recipe.about


@pytest.mark.parametrize("name", NAMES)
def test_it_is_copied_with_its_files_and_checks(name: str, tmp_path: Path, dialoom_command: Dialoom) -> None:
    skip_what_lacks(name)
    assert dialoom_command("init", "mine", "--recipe", name).code == 0
    models = dialoom.load_recipe(tmp_path / "mine" / f"{name}.yaml").models
    instead = [part for model in models for part in ("--set", f"models.{model}=http://127.0.0.1:9/v1")]
    checked = dialoom_command("check", f"mine/{name}.yaml", *instead)
    assert checked.code == 0, checked.err


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_to_its_end(name: str, server: FaultServer, tmp_path: Path) -> None:
    skip_what_lacks(name)
    report = dialoom.run(loaded(name, server.url), tmp_path / "out", limit=2)
    assert report.status == "finished"
    assert report.counts.records >= 2
    assert report.counts.failed == 0, report.reasons
    assert report.counts.pending == 0


@pytest.mark.parametrize("name", SYGRA_LINES)
def test_it_takes_half_of_the_lines_and_no_python(name: str) -> None:
    text = find_shipped(name).read_text("utf-8")
    assert len(text.splitlines()) <= SYGRA_LINES[name] / 2
    assert "kind: function" not in text


def test_the_loops_go_round(server: FaultServer, tmp_path: Path) -> None:
    """The fault server says of about every second text that it is not good."""
    visits = []
    for name, node in (("self-refine", "draft"), ("code-assistant", "code")):
        report = dialoom.run(
            loaded(name, server.url, **{"source.repeat": "6", "quality.rules": "[turns = 2]"}), tmp_path / name
        )
        counts = [dialogue.lineage.path.count(node) for dialogue in report.dialogues()]
        assert set(counts) <= {1, 2, 3}
        visits += counts
    assert len(set(visits)) > 1


def test_an_evolved_task_that_failed_is_refused(tmp_path: Path) -> None:
    with FaultServer(answer="I am sorry, as an AI I cannot.") as refusing:
        report = dialoom.run(loaded("evolve-instruct", refusing.url), tmp_path / "out", limit=2)
    assert report.counts.rejected == 2
    assert all("rejected at evolved" in reason for reason in report.reasons)


def test_models_are_compared_and_rated(server: FaultServer, tmp_path: Path) -> None:
    compared = dialoom.run(loaded("compare-models", server.url), tmp_path / "compared").dialogues()
    assert compared
    for dialogue in compared:
        assert set(dialogue.fields["answers"]) == {"small", "large"}
        assert dialogue.tags["better"]["winner"] in ("first", "second", "tie")
    rated = loaded("rate-models", server.url, **{"nodes.pair.least_margin": "0.0"})
    dialogues = dialoom.run(rated, tmp_path / "rated").dialogues()
    pairs = [pair for dialogue in dialogues for pair in pairs_of(dialogue)]
    assert pairs
    for pair in pairs:
        models = {pair.provenance[which]["model"] for which in ("chosen", "rejected")}
        assert models == {"small", "large"}


def test_citations_that_do_not_hold_are_refused(tmp_path: Path) -> None:
    good = "User: What does a day cost?\nAssistant: A day costs 14 euros and a week costs 60 euros [2]."
    bad = good.replace("[2]", "[1]")
    for answer, kept in ((f"{good}\n{good}", 1), (f"{good}\n{bad}", 0)):
        with FaultServer(answer=answer) as server:
            report = dialoom.run(loaded("from-documents", server.url), tmp_path / str(kept), limit=1)
        assert report.counts.kept == kept, report.reasons


@pytest.mark.embedded
@pytest.mark.slow
@pytest.mark.skipif(not HAVE_EMBEDDED, reason="the embedded model is not installed; run: dialoom models pull")
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_on_the_embedded_model(name: str, tmp_path: Path) -> None:
    """It is too small to do most of this well: what is asked here is that nothing fails and all is accounted for."""
    skip_what_lacks(name)
    recipe = dialoom.load_recipe(find_shipped(name))
    for node in recipe.nodes.values():
        for field, most in (("candidates", 2), ("tries", 2), ("max_tokens", 120)):
            if (getattr(node, field, None) or 0) > most:
                setattr(node, field, most)
    report = dialoom.run(recipe, tmp_path / "out", limit=1, children=1)
    counts = report.counts
    assert report.status == "finished", report.why
    assert counts.kept + counts.rejected == counts.records >= 1, report.reasons
