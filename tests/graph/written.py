"""Recipes as a person writes them, and what is said of them."""

from __future__ import annotations

from pathlib import Path

from dialoom.errors import DialoomError, RecipeError
from dialoom.graph.check import check
from dialoom.graph.parse_recipe import load_recipe

# Five lines, so that the first node stands on the sixth.
HEAD = """recipe: r
models:
  writer: http://127.0.0.1:9/v1
source: {rows: [{topic: lost luggage}]}
nodes:
"""


def write(folder: Path, text: str) -> Path:
    """A recipe file with this text."""
    path = folder / "recipe.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path, text: str, changes: dict[str, str] | None = None) -> list[str]:
    """All that loading and checking says of a recipe, with the file's name short."""
    try:
        check(load_recipe(write(folder, text), changes))
    except RecipeError as error:
        found: list[DialoomError] = error.problems
    except DialoomError as error:
        found = [error]
    else:
        found = []
    return [str(problem).replace(f"{folder}/", "") for problem in found]


def of_nodes(folder: Path, nodes: str) -> list[str]:
    """The same, for these lines below `nodes:`."""
    return problems(folder, HEAD + nodes)
