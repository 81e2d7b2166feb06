"""Problems of a recipe, with the place in its file."""

from __future__ import annotations

from dialoom.errors import DialoomError
from dialoom.graph.recipe import Recipe
from dialoom.yaml_file import Key


def problem(recipe: Recipe, path: tuple[Key, ...], what: str, remedy: str | None = None) -> DialoomError:
    """A problem with what stands at `path` in the recipe."""
    return DialoomError(what, place=recipe.lines.place(path), remedy=remedy)


def moved(recipe: Recipe, path: tuple[Key, ...], error: DialoomError) -> DialoomError:
    """The same problem, at its place in the recipe; the place in another file that it names goes into the words."""
    what = f"{error.place}: {error.what}" if error.place and error.place.file else error.what
    inner = keys(error.place.field) if error.place and error.place.field and not error.place.file else []
    return same_kind(error)(what, place=recipe.lines.place((*path, *inner)), remedy=error.remedy)


def same_kind(error: DialoomError) -> type[DialoomError]:
    """The error's class, which decides the exit code; the base class for one that is built in another way."""
    return type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError


def keys(where: str) -> list[Key]:
    """`next[0].to` as ["next", 0, "to"]; nothing for an empty text."""
    found: list[Key] = []
    for part in where.replace("]", "").split("."):
        name, *indexes = part.split("[")
        found += [name, *map(int, indexes)]
    return found if where else []
