"""The recipes and the Python in the README and in docs/ are run as they stand, against the fault server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import dialoom
from dialoom.graph.schema_file import recipe_schema
from dialoom.yaml_file import read_yaml
from tests.support.docs_files import STEPS, make_files
from tests.support.fault_server import FaultServer

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        fenced = re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        found += [(f"{page.name}-{index}", text) for index, text in enumerate(fenced)]
    return found


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(recipe_schema())


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in blocks("yaml")])
def test_recipe_on_a_page_runs(text: str, tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(text, "utf-8")
    make_files(text, tmp_path)
    with FaultServer() as server:
        names = re.findall(r"^  (\w+): ?(?:embedded)?$", text.split("source:")[0], re.MULTILINE) or ["writer"]
        recipe = dialoom.load_recipe(file, {f"models.{name}": server.url for name in names})
        report = dialoom.run(recipe, tmp_path / "out")
    assert report.status == "finished"
    assert report.counts.records > 0
    assert report.counts.failed == 0


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in blocks("yaml")])
def test_the_schema_knows_recipes_on_pages(text: str, tmp_path: Path, schema: Draft202012Validator) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(text, "utf-8")
    assert [(error.json_path, error.message) for error in schema.iter_errors(read_yaml(file)[0])] == []


@pytest.mark.parametrize("page", ["recipes.md", "graphs.md"])
def test_functions_on_a_page_are_those_that_run(page: str) -> None:
    shown = [text for name, text in blocks("python") if name.startswith(page) and text.startswith("# steps.py")]
    assert shown
    for text in shown:
        assert text.removeprefix("# steps.py").strip() in STEPS


def test_the_readme_recipe_is_short() -> None:
    name, text = blocks("yaml")[0]
    assert name.startswith("README")
    assert len(text.strip().splitlines()) <= 15


def test_the_python_in_the_readme_makes_the_same_recipe(tmp_path: Path) -> None:
    (_, code), (_, text) = blocks("python")[0], blocks("yaml")[0]
    file = tmp_path / "recipe.yaml"
    file.write_text(text, "utf-8")
    with FaultServer() as server:
        code = code.replace('"embedded"', repr(server.url))
        code += "\nprint(report.counts.kept, recipe.content_hash())\n"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
        )
        kept, content_hash = done.stdout.split()[-2:]
        recipe = dialoom.load_recipe(file, {"models.writer": server.url})
    assert int(kept) > 0
    assert content_hash == recipe.content_hash()
