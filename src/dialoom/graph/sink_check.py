"""What is wrong with a recipe's sinks that can be known before a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dialoom.errors import DialoomError
from dialoom.yaml_file import Key

if TYPE_CHECKING:
    from dialoom.graph.recipe import Recipe


def sink_problems(recipe: Recipe) -> Iterator[DialoomError]:
    """Unknown formats and conditions, and files that the recipe reads or that two sinks would write."""
    if not recipe.sinks:
        return
    from dialoom.corpus.exporting import check_condition

    reads = {path.resolve() for path in recipe.source.files(recipe.folder)}
    reads |= {path.resolve() for path in recipe.files()}
    written: set[tuple[object, ...]] = set()
    for index, sink in enumerate(recipe.sinks):
        path: tuple[Key, ...] = ("sinks", index)
        for error in sink.problems(recipe.folder):
            inner = (error.place.field,) if error.place is not None and error.place.field else ()
            yield DialoomError(error.what, place=recipe.lines.place((*path, *inner)), remedy=error.remedy)
        if sink.where is not None:
            try:
                check_condition(sink.where)
            except DialoomError as error:
                yield DialoomError(error.what, place=recipe.lines.place((*path, "where")), remedy=error.remedy)
        target = sink.path(recipe.folder).resolve()
        if target in reads:
            what = f"the recipe reads {target.name}, and would write over it"
            yield DialoomError(what, place=recipe.lines.place(path), remedy="name another file")
        # Of one database, two sinks may fill two tables.
        mark = (target, getattr(sink, "table", None))
        if mark in written:
            yield DialoomError("two sinks write the same", place=recipe.lines.place(path), remedy="name another file")
        written.add(mark)
