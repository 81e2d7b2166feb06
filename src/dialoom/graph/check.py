"""Everything wrong with a recipe that can be known before a call is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dialoom.errors import DialoomError, RecipeError, nearest
from dialoom.graph.container import Container, Part
from dialoom.graph.gate_check import choice_field_problems, choice_problems
from dialoom.graph.graph import Graph
from dialoom.graph.graph_check import edge_problems, field_problems, reach_problems
from dialoom.graph.held_out import held_out_problems
from dialoom.graph.placed import keys, moved, problem, same_kind
from dialoom.graph.recipe import Recipe
from dialoom.graph.sink_check import sink_problems
from dialoom.graph.source import Source
from dialoom.graph.sources.corpus import CorpusRows
from dialoom.quality import Rules
from dialoom.registry import UnknownName
from dialoom.yaml_file import Key

# Rows read to learn which fields the seeds have.
_ROWS_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found out on its way.

    Attributes:
        seeds: how many seeds the source has.
        notes: what a user should know of the source, a line each, such as rows of a join that match nothing.
    """

    graph: Graph
    seeds: int
    notes: tuple[str, ...] = ()


def check(recipe: Recipe, corpus: Path | str | None = None) -> Checked:
    """Check a recipe and read all that it needs from disk, without one call.

    Args:
        corpus: where its run will keep dialogues, if the recipe does not say so: what is held out there counts too.

    Raises RecipeError with every problem found, or the DataError of a source that cannot be read.
    """
    problems = [*_model_problems(recipe), *_bound_problems(recipe)]
    if not recipe.nodes:
        raise RecipeError([*problems, problem(recipe, ("nodes",), "the recipe has no nodes", "add at least one")])
    graph = Graph(recipe.nodes)
    edges = list(edge_problems(recipe, graph))
    problems += edges
    rules = True
    for part in recipe.parts():
        wrong = list(_part_problems(recipe, part))
        # What a node tags is not known where it could not be prepared.
        rules = rules and not (wrong and part.node.tags())
        problems += wrong
    if rules:
        problems += [*_rule_problems(recipe), *choice_problems(recipe)]
    try:
        seeds, fields, notes = _look_at_source(recipe)
    except DialoomError as error:
        placed = error if error.place and error.place.file else _at_source(recipe, error)
        raise (RecipeError([*problems, placed]) if problems else placed) from error
    problems += held_out_problems(recipe, corpus)
    problems += sink_problems(recipe)
    problems += _own_corpus_problems(recipe, corpus)
    if not edges:
        problems += reach_problems(recipe, graph)
        problems += field_problems(recipe, graph, fields)
        problems += choice_field_problems(recipe, graph, fields)
    if problems:
        raise RecipeError(problems)
    return Checked(graph, seeds, notes)


def _model_problems(recipe: Recipe) -> Iterator[DialoomError]:
    used = {model for node in recipe.nodes.values() for model in node.asked().values()}
    for name, model in recipe.models.items():
        if name in used:
            for error in model.problems(recipe.folder):
                yield moved(recipe, ("models", name), error)


def _bound_problems(recipe: Recipe) -> Iterator[DialoomError]:
    asked = {model for node in recipe.nodes.values() for model in node.asked().values()}
    free = sorted(name for name in asked & recipe.models.keys() if recipe.models[name].price is None)
    if recipe.bounds.budget.money is not None and free:
        what = f"a budget of money cannot be held: {', '.join(free)} has no price"
        remedy = "give each model its `price: {input: ..., output: ...}` per million tokens, or bound calls or tokens"
        yield problem(recipe, ("bounds", "budget", "money"), what, remedy)
    batched = sorted(name for name in asked & recipe.models.keys() if recipe.models[name].batched)
    if recipe.bounds.record_seconds is not None and batched:
        what = f"{', '.join(batched)} answers in batches, hours later, so the time of a record cannot be bounded"
        remedy = "leave out `record_seconds`, or the model's `batch`"
        yield problem(recipe, ("bounds", "record_seconds"), what, remedy)


def _rule_problems(recipe: Recipe) -> Iterator[DialoomError]:
    columns = recipe.columns()
    for index, rule in enumerate(recipe.quality.rules):
        try:
            Rules([rule], columns)
        except DialoomError as error:
            yield moved(recipe, ("quality", "rules", index), error)


def _part_problems(recipe: Recipe, part: Part) -> Iterator[DialoomError]:
    # A container tells of the models of all its nodes, and each tells of them itself.
    asked = {} if isinstance(part.node, Container) else part.node.asked()
    for where, model in asked.items():
        if model not in recipe.models:
            what = f"no model is called '{model}'"
            yield problem(recipe, (*part.path, *keys(where)), what, nearest(model, list(recipe.models)))
    try:
        part.node.prepare(part.folder or recipe.folder)
    except DialoomError as error:
        yield moved(recipe, part.path, error)


def _look_at_source(recipe: Recipe) -> tuple[int, set[str], tuple[str, ...]]:
    notes: list[str] = []
    rows = recipe.source.read(recipe.folder, notes.append)
    fields: set[str] = set()
    count = 0
    for row in islice(rows, _ROWS_LOOKED_AT):
        fields |= row.keys()
        count += 1
    # The rest is read too: a broken row in it should be known now, and the count gives progress its end.
    return count + sum(1 for _ in rows), fields, tuple(notes)


def _own_corpus_problems(recipe: Recipe, corpus: Path | str | None) -> Iterator[DialoomError]:
    written = corpus if recipe.corpus is None else recipe.corpus
    if written is None:
        return
    own = str(written) if "://" in str(written) else str((recipe.folder / written).resolve())
    for path, source in _parts(recipe.source, ("source",)):
        if isinstance(source, CorpusRows) and source.version is None:
            location = source.location(recipe.folder)
            if own == (location if "://" in location else str(Path(location).resolve())):
                what = "the source is the corpus that the run writes to, and would grow with it"
                yield problem(recipe, (*path, "corpus"), what, "name a `version` of it, or keep to another `corpus`")


def _parts(source: Source, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Source]]:
    yield path, source
    if source.parts_in is not None:
        for name, part in getattr(source, source.parts_in).items():
            yield from _parts(part, (*path, source.parts_in, name))


def _at_source(recipe: Recipe, error: DialoomError) -> DialoomError:
    """The same problem at its place in the recipe; of `where, row 5` the row goes into the words."""
    named, _, row = (error.place.field if error.place and error.place.field else "").partition(", ")
    path = ["source", *(keys(named) or (["format"] if isinstance(error, UnknownName) else []))]
    what = f"{row}: {error.what}" if row else error.what
    return same_kind(error)(what, place=recipe.lines.place(path), remedy=error.remedy)
