"""What is wrong with the choice that a recipe's quality section asks for, found before a call is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialoom.errors import DialoomError, MissingExtra, nearest
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import Graph
from dialoom.graph.node import Shape
from dialoom.graph.recipe import Recipe
from dialoom.quality import METRICS
from dialoom.quality.embedding import has_embedding
from dialoom.quality.gate.settings import SEED
from dialoom.quality.gate.values import OWN
from dialoom.quality.score import Score
from dialoom.yaml_file import Key

# Where record fields go that a dialogue has a place for.
_LISTS = ("intent", "provenance")


def choice_problems(recipe: Recipe) -> Iterator[DialoomError]:
    """What is wrong with the choice whatever the fields; the nodes have to be prepared, as they tell of their tags."""
    quality, lines = recipe.quality, recipe.lines
    if quality.best_of is not None:
        try:
            Score(quality.best_of.score, recipe.columns())
        except DialoomError as error:
            kind = MissingExtra if isinstance(error, MissingExtra) else DialoomError
            yield kind(error.what, place=lines.place(("quality", "best_of", "score")), remedy=error.remedy)
    if quality.diverse is not None and quality.diverse.by == "embedding" and not has_embedding():
        yield MissingExtra(
            "choosing by meaning needs WordLlama",
            place=lines.place(("quality", "diverse")),
            remedy="pip install 'dialoom[embeddings]', or choose by: rouge_l",
        )
    late = quality.for_whole_set
    waiting = [name for name in ("diverse", "near", "best_of") if getattr(late, name) is not None]
    if recipe.bounds.target is not None and waiting:
        where = waiting[0]
        yield DialoomError(
            f"'{where}' chooses when all records are known, and 'bounds.target' stops as soon as enough are kept",
            place=lines.place(("quality", where)),
            remedy="take out one of the two; `limit` bounds how many seeds there are to choose from",
        )


def choice_field_problems(recipe: Recipe, graph: Graph, seeds: set[str]) -> Iterator[DialoomError]:
    """Each quota or group that goes by what no record has."""
    quality = recipe.quality
    named: list[tuple[tuple[Key, ...], str]] = [(("quality", "quotas", name), name) for name in quality.quotas]
    if quality.best_of is not None and quality.best_of.by != SEED:
        named.append((("quality", "best_of", "by"), quality.best_of.by))
    if not named:
        return
    known = fields_at_end(graph, seeds)
    metrics = METRICS.names()
    for path, name in named:
        first = name.partition(".")[0]
        written = first in known or (first in _LISTS and "." not in name)
        if not written and name in metrics and (lacking := METRICS.load(name).lacking()) is not None:
            what = f"the metric '{name}' cannot be measured here"
            yield MissingExtra(what, place=recipe.lines.place(path), remedy=lacking)
        if written or name in metrics:
            continue
        what = f"no record has a field '{first}' at its end, and no metric is called so"
        if first in OWN:
            what = f"no node writes '{first}', and the source has no such field"
        yield DialoomError(what, place=recipe.lines.place(path), remedy=nearest(name, [*known, *metrics]))


def fields_at_end(graph: Graph, seeds: set[str]) -> Mapping[str, Shape]:
    """The fields that a record may have when it comes to the gate."""
    return FieldFlow(graph, seeds).at_end()
