"""`dialoom graph`: a picture on stdout or in a file, with the counts of a run."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.cli.conftest import Dialoom


def words(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_mermaid_on_stdout(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("graph", recipe)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("flowchart TD\n")
    assert "subtopic" in ended.out
    assert "converse" in ended.out
    assert dialoom("graph", recipe, "--to", "svg").out.startswith("<svg ")


def test_a_file_whose_name_says_its_form(tmp_path: Path, recipe: Path, dialoom: Dialoom) -> None:
    assert dialoom("graph", recipe, "--out", "calls.svg").out == "wrote calls.svg\n"
    assert {"subtopic", "dialogue", "1 → 2 records"} <= set(words((tmp_path / "calls.svg").read_text("utf-8")))
    refused = dialoom("graph", recipe, "--out", "calls.svg")
    assert refused.code == 5
    assert "--force" in refused.err
    assert dialoom("graph", recipe, "--out", "calls.svg", "--force").code == 0
    assert dialoom("graph", recipe, "--out", "calls.mmd").code == 0
    assert (tmp_path / "calls.mmd").read_text("utf-8").startswith("flowchart")
    assert dialoom("graph", recipe, "--out", "no/such/calls.svg").code == 5


def test_counts_of_a_run(tmp_path: Path, recipe: Path, dialoom: Dialoom) -> None:
    assert dialoom("run", recipe, "--out", "run", "--quiet").code == 0
    ended = dialoom("graph", recipe, "--run", "run", "--to", "svg")
    assert ended.code == 0, ended.err
    assert [word for word in words(ended.out) if word.isdigit()] == ["2", "4", "4"]
    recipe.write_text(recipe.read_text().replace("subtopic", "part"))
    other = dialoom("graph", recipe, "--run", "run", "--to", "svg")
    assert other.code == 0
    assert "4 records went ways that the recipe does not have any more" in other.err
    nothing = dialoom("graph", recipe, "--run", "nowhere")
    assert nothing.code == 5
    assert "there is no such directory" in nothing.err


def test_a_recipe_that_ships_and_one_that_is_wrong(recipe: Path, dialoom: Dialoom) -> None:
    model = ("--set", "models.writer=http://127.0.0.1:9/v1")
    assert "personas" in dialoom("graph", "diasynth", *model).out
    assert dialoom("graph", recipe, "--set", "nodes.dialogue.next=nowhere").code == 2
    assert dialoom("graph", recipe, "--to", "gif").code == 2
