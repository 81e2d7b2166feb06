"""What is wrong with the edges of a graph and with the fields that flow along them, in nodes within nodes too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dialoom.errors import DialoomError, nearest
from dialoom.graph.container import Container
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import END, REJECT, Graph
from dialoom.graph.node import Node, Shape
from dialoom.graph.placed import keys, moved, problem
from dialoom.graph.recipe import Recipe
from dialoom.graph.template import Template
from dialoom.yaml_file import Key

_TOP: tuple[Key, ...] = ("nodes",)


def edge_problems(recipe: Recipe, graph: Graph, at: tuple[Key, ...] = _TOP) -> Iterator[DialoomError]:
    """Edges to nowhere, edges that are never taken, and nodes that cannot stand where they do."""
    targets = [*graph.nodes, END, REJECT]
    for name, node in graph.nodes.items():
        for index, edge in enumerate(node.next):
            path: tuple[Key, ...] = (*at, name, "next", index, "to")
            if edge.to not in targets:
                yield problem(recipe, path, f"no node is called '{edge.to}'", nearest(edge.to, targets))
            elif edge.condition is None and index < len(node.next) - 1:
                yield problem(recipe, path, "the edges after this one can never be taken", "give it an 'if'")
        for where, hooks in (("before", node.before), ("after", node.after)):
            for number, hook in enumerate(hooks):
                if hook.kind not in ("function", "set"):
                    what = f"'{hook.kind}' cannot be done {where} a node"
                    remedy = "a function can, or {set: {FIELD: TEMPLATE}}"
                    yield problem(recipe, (*at, name, where, number), what, remedy)
        if isinstance(node, Container):
            inside = (*at, name, "nodes")
            if node.into is not None:
                what = f"'{node.kind}' writes no field of its own that 'into' could name"
                yield problem(recipe, (*at, name, "into"), what, "take it out; each node inside may have one")
            if node.walked:
                yield from edge_problems(recipe, graph.inside(name), inside)
            for inner, child in node.nodes.items() if not node.walked else ():
                if (wrong := node.wrong_inside(inner, child)) is not None:
                    yield problem(recipe, (*inside, inner), wrong)
                else:
                    yield from edge_problems(recipe, Graph({inner: child}), inside)


def reach_problems(recipe: Recipe, graph: Graph, at: tuple[Key, ...] = _TOP) -> Iterator[DialoomError]:
    """Nodes to which no record can come, and from which none can come to an end."""
    reachable = graph.reachable()
    for name, node in graph.nodes.items():
        if name not in reachable:
            yield problem(recipe, (*at, name), "no record can come here", "name it in a 'next' or take it out")
        elif not graph.ends(name):
            yield problem(
                recipe,
                (*at, name, "next"),
                "from here a record can never come to an end",
                f"give the loop an edge to '{END}' or to a node after it, with an 'if'",
            )
        if isinstance(node, Container) and node.nodes:
            inside = (*at, name, "nodes")
            for each in [graph.inside(name)] if node.walked else [Graph({n: c}) for n, c in node.nodes.items()]:
                yield from reach_problems(recipe, each, inside)


def field_problems(
    recipe: Recipe, graph: Graph, seeds: Iterable[str] | Mapping[str, Shape], at: tuple[Key, ...] = _TOP
) -> Iterator[DialoomError]:
    """Fields that are read and never written, and what each node finds wrong with itself."""
    flow = FieldFlow(graph, seeds)
    reachable = graph.reachable()
    for name, node in graph.nodes.items():
        if name in reachable:
            yield from _node_problems(recipe, node, flow.at(name), (*at, name))


def _node_problems(
    recipe: Recipe, node: Node, fields: Mapping[str, Shape], at: tuple[Key, ...]
) -> Iterator[DialoomError]:
    known = node.known_at(fields)
    after = node.known_after(fields)
    own = {variable: dict[str, object]() for variable in node.provides()}
    yield from _hook_problems(recipe, node.before, fields, (*at, "before"))
    yield from _need_problems(recipe, node, known, at)
    for where, template in node.templates():
        shapes = after if where in node.reads_own() else fields if where == "when" else known
        yield from _template_problems(recipe, (*at, *keys(where)), template, {**shapes, **own})
    for error in node.problems({**known, **own}):
        yield moved(recipe, at, error)
    if isinstance(node, Container) and node.nodes:
        inside = (*at, "nodes")
        if node.walked:
            yield from field_problems(recipe, Graph(node.nodes), node.enters(known), inside)
        else:
            yield from _beside_problems(recipe, node, {**known, **node.draws()}, inside)
    yield from _hook_problems(recipe, node.after, after, (*at, "after"))
    for index, edge in enumerate(node.next):
        if edge.condition is not None:
            path = (*at, "next", index, "if")
            yield from _template_problems(recipe, path, edge.condition, {**after, **own})


def _need_problems(
    recipe: Recipe, node: Node, fields: Mapping[str, Shape], at: tuple[Key, ...]
) -> Iterator[DialoomError]:
    for field, where in sorted(node.needs().items()):
        if field not in fields:
            what = f"it reads '{field}', which nothing before it writes"
            yield problem(recipe, (*at, *keys(where)), what, nearest(field, list(fields)))


def _hook_problems(
    recipe: Recipe, hooks: list[Node], fields: Mapping[str, Shape], at: tuple[Key, ...]
) -> Iterator[DialoomError]:
    known = dict(fields)
    for index, hook in enumerate(hooks):
        # What stands in the recipe is the function's name, or what is set.
        for error in _need_problems(recipe, hook, known, ()):
            yield moved(recipe, (*at, index), DialoomError(error.what, remedy=error.remedy))
        for where, template in hook.templates():
            path = (*at, index, *("set" if key == "fields" else key for key in keys(where)))
            yield from _template_problems(recipe, path, template, known)
        for error in hook.problems(known):
            yield moved(recipe, (*at, index), DialoomError(error.what, remedy=error.remedy))
        known |= hook.writes()


def _beside_problems(
    recipe: Recipe, node: Container, fields: Mapping[str, Shape], at: tuple[Key, ...]
) -> Iterator[DialoomError]:
    """Nodes side by side see the record as it was before all of them."""
    writes = {
        name: {
            field
            for field, shape in child.known_after(fields).items()
            if fields.get(field) is not shape and field not in node.draws()
        }
        for name, child in node.nodes.items()
    }
    for name, child in node.nodes.items():
        read = _reads(child)
        for other, written in writes.items():
            for field in sorted(read & written) if other != name else ():
                what = f"it reads '{field}', which '{other}' beside it writes"
                remedy = "nodes side by side do not see each other: put one after the other, or both in a subgraph"
                yield problem(recipe, (*at, name), what, remedy)
        beside = {field: dict[str, object]() for other in writes.values() for field in other if field in read}
        # What a node beside it writes has been told.
        yield from _node_problems(recipe, child, {**beside, **fields}, (*at, name))


def _reads(node: Node) -> set[str]:
    """The fields that a node and all in it read, without those that it writes itself."""
    found = set(node.needs())
    for _, template in node.templates():
        found |= template.variables | template.guarded
    written = set(node.writes())
    for hook in (*node.before, *node.after):
        found |= _reads(hook)
        written |= set(hook.writes())
    if isinstance(node, Container) and "given" not in node.model_fields_set:
        for child in node.nodes.values():
            found |= _reads(child)
            written |= set(child.writes())
            for edge in child.next:
                found |= edge.condition.variables if edge.condition is not None else set()
    return found - node.provides() - written


def _template_problems(
    recipe: Recipe, path: tuple[Key, ...], template: Template, shapes: Mapping[str, Shape]
) -> Iterator[DialoomError]:
    for variable in sorted(template.variables - shapes.keys()):
        what = f"the template reads '{variable}', which nothing before it writes"
        yield problem(recipe, path, what, nearest(variable, list(shapes)))
    for chain in sorted(set(template.paths())):
        wrong = _wrong_step(chain, shapes.get(chain[0], {}))
        if wrong is not None:
            step, known = wrong
            yield problem(recipe, path, f"'{'.'.join(chain)}': there is no '{step}' in it", nearest(step, known))


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
