"""From what a user calls a recipe, a path or the name of one that ships, to the recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.errors import DataError, DialoomError, Place, RecipeError, nearest

if TYPE_CHECKING:
    from dialoom.graph.recipe import Recipe

_ENDINGS = (".yaml", ".yml")


def shipped() -> dict[str, Path]:
    """The recipes that ship, by name."""
    from importlib.util import find_spec

    spec = find_spec("dialoom.recipes")
    folders = (spec.submodule_search_locations or []) if spec else []
    files = [file for folder in folders for file in Path(folder).glob("*.yaml")]
    return {file.stem: file for file in sorted(files)}


def find_shipped(name: str) -> Path:
    """The file of a recipe that ships. Raises DataError with the nearest name."""
    known = shipped()
    if name not in known:
        raise DataError(f"no recipe that ships is called '{name}'", remedy=nearest(name, list(known)))
    return known[name]


def find(name: str) -> Path:
    """The file of the recipe called or at `name`; a file of that name goes before a recipe that ships.

    Raises DataError with the nearest name there is.
    """
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir() and name not in shipped():
        inside = sorted(file.name for file in path.iterdir() if file.suffix in _ENDINGS)
        remedy = f"name a file in it: {', '.join(inside)}" if inside else "there is no recipe in it"
        raise DataError("this is a folder, and a recipe is a file", place=Place(name), remedy=remedy)
    if path.suffix in _ENDINGS or len(path.parts) > 1:
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        known = [str(file) for file in beside if file.suffix in _ENDINGS]
        raise DataError("there is no such file", place=Place(name), remedy=nearest(str(path), known))
    return find_shipped(name)


def load(name: str, changes: Mapping[str, str], options: Mapping[str, str] | None = None) -> Recipe:
    """The recipe called or at `name`, with changes by dotted field, and the options that some of them were given by."""
    from dialoom.graph.parse_recipe import load_recipe

    return load_recipe(find(name), changes, options)


def run_folder(recipe: Recipe) -> Path:
    """The directory of its run, where no other is named."""
    return Path("runs") / recipe.recipe


def parse_changes(given: Sequence[str] | None) -> dict[str, str]:
    """`["models.writer=embedded"]` as a mapping. Raises RecipeError on what has no `=`."""
    return dict(_pairs(given, "--set", "FIELD=VALUE", "models.writer=embedded"))


def parse_bounds(target: int | None, budget: Sequence[str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """`--target` and `--budget` as changes of the recipe, and how each was written.

    Raises RecipeError on what has no `=`.
    """
    changes = {} if target is None else {"bounds.target": str(target)}
    options = {} if target is None else {"bounds.target": "--target"}
    for what, most in _pairs(budget, "--budget", "WHAT=MOST", "money=5"):
        changes[f"bounds.budget.{what}"] = most
        options[f"bounds.budget.{what}"] = f"--budget {what}"
    return changes, options


def _pairs(given: Sequence[str] | None, option: str, form: str, example: str) -> Iterator[tuple[str, str]]:
    for change in given or ():
        field, equals, value = change.partition("=")
        if not field.strip() or not equals or (option == "--budget" and not value.strip()):
            what = f"{option} wants {form}, got '{change}'"
            raise RecipeError([DialoomError(what, remedy=f"such as {option} {example}")])
        yield field.strip(), value
