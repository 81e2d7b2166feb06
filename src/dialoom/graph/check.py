"""Everything wrong with a recipe that can be known before a call is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dialoom.errors import DialoomError, RecipeError, nearest
from dialoom.graph.fields import FieldFlow
from dialoom.graph.gate_check import choice_field_problems, choice_problems
from dialoom.graph.graph import END, REJECT, Graph
from dialoom.graph.held_out import held_out_problems
from dialoom.graph.node import Node, Shape
from dialoom.graph.recipe import Recipe
from dialoom.graph.sink_check import sink_problems
from dialoom.graph.source import Source
from dialoom.graph.sources.corpus import CorpusRows
from dialoom.graph.template import Template
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
        raise RecipeError([*problems, _problem(recipe, ("nodes",), "the recipe has no nodes", "add at least one")])
    graph = Graph(recipe.nodes)
    edges = list(_edge_problems(recipe, graph))
    problems += edges
    rules = True
    for name, node in recipe.nodes.items():
        wrong = list(_node_problems(recipe, name, node))
        # What a node tags is not known where it could not be prepared.
        rules = rules and not (wrong and node.tags())
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
        problems += _reach_problems(recipe, graph)
        problems += _field_problems(recipe, graph, fields)
        problems += choice_field_problems(recipe, graph, fields)
    if problems:
        raise RecipeError(problems)
    return Checked(graph, seeds, notes)


def _problem(recipe: Recipe, path: tuple[Key, ...], what: str, remedy: str | None = None) -> DialoomError:
    return DialoomError(what, place=recipe.lines.place(path), remedy=remedy)


def _moved(recipe: Recipe, path: tuple[Key, ...], error: DialoomError) -> DialoomError:
    """The same problem, at its place in the recipe; the place in another file that it names goes into the words."""
    what = f"{error.place}: {error.what}" if error.place and error.place.file else error.what
    inner = _keys(error.place.field) if error.place and error.place.field and not error.place.file else []
    return _same_kind(error)(what, place=recipe.lines.place((*path, *inner)), remedy=error.remedy)


def _same_kind(error: DialoomError) -> type[DialoomError]:
    """The error's class, which decides the exit code; the base class for one that is built in another way."""
    return type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError


def _model_problems(recipe: Recipe) -> Iterator[DialoomError]:
    used = {model for node in recipe.nodes.values() for model in node.models().values()}
    for name, model in recipe.models.items():
        if name in used:
            for error in model.problems(recipe.folder):
                yield _moved(recipe, ("models", name), error)


def _bound_problems(recipe: Recipe) -> Iterator[DialoomError]:
    asked = {model for node in recipe.nodes.values() for model in node.models().values()}
    free = sorted(name for name in asked & recipe.models.keys() if recipe.models[name].price is None)
    if recipe.bounds.budget.money is not None and free:
        what = f"a budget of money cannot be held: {', '.join(free)} has no price"
        remedy = "give each model its `price: {input: ..., output: ...}` per million tokens, or bound calls or tokens"
        yield _problem(recipe, ("bounds", "budget", "money"), what, remedy)
    batched = sorted(name for name in asked & recipe.models.keys() if recipe.models[name].batched)
    if recipe.bounds.record_seconds is not None and batched:
        what = f"{', '.join(batched)} answers in batches, hours later, so the time of a record cannot be bounded"
        remedy = "leave out `record_seconds`, or the model's `batch`"
        yield _problem(recipe, ("bounds", "record_seconds"), what, remedy)


def _rule_problems(recipe: Recipe) -> Iterator[DialoomError]:
    columns = recipe.columns()
    for index, rule in enumerate(recipe.quality.rules):
        try:
            Rules([rule], columns)
        except DialoomError as error:
            yield _moved(recipe, ("quality", "rules", index), error)


def _edge_problems(recipe: Recipe, graph: Graph) -> Iterator[DialoomError]:
    targets = [*graph.nodes, END, REJECT]
    for name, node in graph.nodes.items():
        for index, edge in enumerate(node.next):
            path: tuple[Key, ...] = ("nodes", name, "next", index, "to")
            if edge.to not in targets:
                yield _problem(recipe, path, f"no node is called '{edge.to}'", nearest(edge.to, targets))
            elif edge.condition is None and index < len(node.next) - 1:
                yield _problem(recipe, path, "the edges after this one can never be taken", "give it an 'if'")


def _reach_problems(recipe: Recipe, graph: Graph) -> Iterator[DialoomError]:
    reachable = graph.reachable()
    for name in graph.nodes:
        if name not in reachable:
            yield _problem(recipe, ("nodes", name), "no record can come here", "name it in a 'next' or take it out")
        elif not graph.ends(name):
            yield _problem(
                recipe,
                ("nodes", name, "next"),
                "from here a record can never come to an end",
                f"give the loop an edge to '{END}' or to a node after it, with an 'if'",
            )


def _node_problems(recipe: Recipe, name: str, node: Node) -> Iterator[DialoomError]:
    for where, model in node.models().items():
        if model not in recipe.models:
            yield _problem(
                recipe,
                ("nodes", name, *_keys(where)),
                f"no model is called '{model}'",
                nearest(model, list(recipe.models)),
            )
    try:
        node.prepare(recipe.folder)
    except DialoomError as error:
        yield _moved(recipe, ("nodes", name), error)


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
                yield _problem(recipe, (*path, "corpus"), what, "name a `version` of it, or keep to another `corpus`")


def _parts(source: Source, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], Source]]:
    yield path, source
    if source.parts_in is not None:
        for name, part in getattr(source, source.parts_in).items():
            yield from _parts(part, (*path, source.parts_in, name))


def _at_source(recipe: Recipe, error: DialoomError) -> DialoomError:
    """The same problem at its place in the recipe; of `where, row 5` the row goes into the words."""
    named, _, row = (error.place.field if error.place and error.place.field else "").partition(", ")
    path = ["source", *(_keys(named) or (["format"] if isinstance(error, UnknownName) else []))]
    what = f"{row}: {error.what}" if row else error.what
    return _same_kind(error)(what, place=recipe.lines.place(path), remedy=error.remedy)


def _field_problems(recipe: Recipe, graph: Graph, seeds: set[str]) -> Iterator[DialoomError]:
    flow = FieldFlow(graph, seeds)
    reachable = graph.reachable()
    for name, node in graph.nodes.items():
        if name not in reachable:
            continue
        fields = flow.at(name)
        shapes = {**fields, **{variable: {} for variable in node.provides()}}
        for field, where in sorted(node.needs().items()):
            if field not in fields:
                yield _problem(
                    recipe,
                    ("nodes", name, *_keys(where)),
                    f"it reads '{field}', which nothing before it writes",
                    nearest(field, list(fields)),
                )
        after = {**shapes, **node.writes()}
        for where, template in node.templates():
            known = after if where in node.reads_own() else shapes
            yield from _template_problems(recipe, ("nodes", name, *_keys(where)), template, known)
        for index, edge in enumerate(node.next):
            if edge.condition is not None:
                yield from _template_problems(recipe, ("nodes", name, "next", index, "if"), edge.condition, after)
        for error in node.problems(shapes):
            yield _moved(recipe, ("nodes", name), error)


def _template_problems(
    recipe: Recipe, path: tuple[Key, ...], template: Template, shapes: Mapping[str, Shape]
) -> Iterator[DialoomError]:
    for variable in sorted(template.variables - shapes.keys()):
        yield _problem(
            recipe,
            path,
            f"the template reads '{variable}', which nothing before it writes",
            nearest(variable, list(shapes)),
        )
    for chain in sorted(set(template.paths())):
        wrong = _wrong_step(chain, shapes.get(chain[0], {}))
        if wrong is not None:
            step, known = wrong
            yield _problem(recipe, path, f"'{'.'.join(chain)}': there is no '{step}' in it", nearest(step, known))


def _wrong_step(chain: tuple[str, ...], shape: Shape) -> tuple[str, list[str]] | None:
    """The first step of an attribute chain that a closed object shape does not have, and what it has."""
    for step in chain[1:]:
        if shape.get("type") == "array" and step.lstrip("-").isdigit():
            shape = shape.get("items", {})
            continue
        known = shape.get("properties")
        if shape.get("type") != "object" or known is None or hasattr(dict, step):
            return None
        if step not in known:
            return None if shape.get("additionalProperties", True) is not False else (step, list(known))
        shape = known[step]
    return None


def _keys(where: str) -> list[Key]:
    """`next[0].to` as ["next", 0, "to"]; nothing for an empty text."""
    keys: list[Key] = []
    for part in where.replace("]", "").split("."):
        name, *indexes = part.split("[")
        keys += [name, *map(int, indexes)]
    return keys if where else []
