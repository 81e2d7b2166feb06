"""From what a recipe writes as a source to a Source, with every problem named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.errors import DialoomError, RecipeError, nearest
from dialoom.graph.source import SOURCES, Source, kind_of
from dialoom.problems import explain
from dialoom.yaml_file import Key, Lines


def parse_source(value: Any) -> Source:
    """A source as written in a recipe. Raises RecipeError."""
    problems: list[DialoomError] = []
    source = build_source(value, ("source",), Lines(), problems)
    if problems or source is None:
        raise RecipeError(problems)
    return source


def build_source(value: Any, path: Sequence[Key], lines: Lines, problems: list[DialoomError]) -> Source | None:
    """As `parse_source`, for what stands at `path` of a file; problems go to the list, and None is returned."""
    if isinstance(value, Source):
        return value
    fields = _long_form(value)
    if not isinstance(fields, Mapping):
        problems.append(
            DialoomError(
                f"expected a source, got {value!r:.60}",
                place=lines.place(path),
                remedy="a list of rows, a file's name, a number of empty rows, or a mapping with one of "
                f"{', '.join(SOURCES.names())}",
            )
        )
        return None
    kind = _kind(fields, path, lines, problems)
    if kind is None:
        return None
    ready = dict(fields)
    if kind.parts_in is not None and kind.parts_in in fields:
        before = len(problems)
        ready[kind.parts_in] = _parts(fields[kind.parts_in], (*path, kind.parts_in), lines, problems)
        if len(problems) > before:
            return None
    try:
        return kind.model_validate(ready)
    except ValidationError as error:
        problems += explain(error, kind, path, lines)
        return None


def _long_form(value: Any) -> Any:
    if isinstance(value, list):
        return {"rows": value}
    if isinstance(value, (str, Path)):
        return {"file": value}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"count": value}
    return value


def _kind(
    fields: Mapping[str, Any], path: Sequence[Key], lines: Lines, problems: list[DialoomError]
) -> type[Source] | None:
    named = kind_of(fields)
    if len(named) == 1:
        return SOURCES.load(named[0])
    if named:
        order = sorted(named, key=list(fields).index, reverse=True)
        what = f"give either {' or '.join(repr(name) for name in order)}"
        problems.append(DialoomError(what, place=lines.place(path), remedy="`join` makes one source of several"))
        return None
    unknown = [name for name in fields if name not in Source.model_fields]
    known = SOURCES.names()
    if unknown:
        at = lines.place((*path, unknown[0]))
        problems.append(DialoomError(f"unknown field '{unknown[0]}'", place=at, remedy=nearest(unknown[0], known)))
    else:
        what = "the source does not say where its rows are"
        problems.append(DialoomError(what, place=lines.place(path), remedy=f"give one of {', '.join(known)}"))
    return None


def _parts(value: Any, path: Sequence[Key], lines: Lines, problems: list[DialoomError]) -> Any:
    if isinstance(value, Mapping):
        return {name: build_source(part, (*path, name), lines, problems) for name, part in value.items()}
    if isinstance(value, list):
        return {str(n): build_source(part, (*path, n - 1), lines, problems) for n, part in enumerate(value, 1)}
    return value
