"""What a picture of a recipe shows: boxes, the links between them, and scenes within boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialoom.graph.container import Container
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import END, REJECT, Graph
from dialoom.graph.node import Node, Shape
from dialoom.graph.recipe import Recipe

START = "start"
SOURCE, GATE, CORPUS = "the source", "the gate", "the corpus"
# A node as its scene and name: ("calls", "plan"); the outermost scene is "".
Step = tuple[str, str]

Look = Literal["model", "judge", "draw", "code", "store", "gate", "reject", "dot", "within", "beside"]
_DRAWS = ("sample", "plan", "combine", "set")
_LONGEST, _LONGEST_WAY = 44, 32


@dataclass(slots=True)
class Box:
    """Something that a record comes to.

    Attributes:
        name: unique in its scene.
        lines: what is told of it below its title, most important first.
        scene: what is inside it.
        lost: how many records failed or were rejected here, where a run was counted.
    """

    name: str
    title: str
    look: Look
    kind: str = ""
    lines: list[str] = field(default_factory=list)
    scene: Scene | None = None
    lost: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Link:
    """A way from one box of a scene to another; `count` is how many records took it, where a run was counted."""

    source: str
    target: str
    label: str = ""
    count: int | None = None


@dataclass(slots=True)
class Scene:
    """Boxes in the order of the recipe, and the links between them."""

    name: str
    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Counted:
    """How many records of a run took each way.

    Attributes:
        ways: by scene, and the names of the two boxes.
        lost: by node, how many were rejected or failed there.
        elsewhere: records that took ways which the recipe does not have any more.
    """

    ways: Mapping[tuple[str, str, str], int]
    lost: Mapping[Step, Mapping[str, int]]
    elsewhere: int = 0


def rejects_of(name: str, condition: str = "") -> str:
    """The box to which an edge of a node rejects: each such edge has its own."""
    return f"{name}!{condition}"


def picture(recipe: Recipe, graph: Graph, seeds: int, counted: Counted | None = None) -> Scene:
    """A checked recipe as a picture; with counts of a run where they are known."""
    scene = Scene("")
    scene.boxes.append(Box(SOURCE, "source", "store", lines=[_counted(seeds, "record"), *_source(recipe)]))
    scene.links.append(Link(SOURCE, graph.start))
    _fill(scene, graph, GATE, {})
    rules = [*recipe.quality.rules, *_choice(recipe)]
    shown = rules[:7] + ([f"and {len(rules) - 7} more"] if len(rules) > 7 else [])
    gate = Box(GATE, "gate" if rules else "no rules", "gate", lines=[_short(rule) for rule in shown])
    corpus = Box(CORPUS, "corpus", "store", lines=_target(recipe))
    scene.boxes += [gate, corpus]
    scene.links.append(Link(GATE, CORPUS, "kept" if rules else ""))
    if rules:
        scene.boxes.append(Box(rejects_of(GATE), "rejects", "reject"))
        scene.links.append(Link(GATE, rejects_of(GATE), "else"))
    if counted is not None:
        _count(scene, counted)
    return scene


def _fill(scene: Scene, graph: Graph, end: str, shapes: Mapping[str, Shape]) -> None:
    """Put the nodes of a graph and their edges into a scene."""
    flow = FieldFlow(graph, shapes)
    for name, node in graph.nodes.items():
        scene.boxes.append(_box(node, name, scene.name, graph, flow.at(name)))
        edges = graph.edges(name)
        for edge in edges:
            label = (
                _short(edge.condition.source, _LONGEST_WAY)
                if edge.condition is not None
                else "else"
                if len(edges) > 1
                else ""
            )
            to = end if edge.to == END else edge.to
            if edge.to == REJECT:
                to = rejects_of(name, edge.condition.source if edge.condition is not None else "")
                scene.boxes.append(Box(to, "reject", "reject"))
            known = next((link for link in scene.links if (link.source, link.target) == (name, to)), None)
            if known is None:
                scene.links.append(Link(name, to, label))
            elif known.label:
                # Two edges lead the same way.
                known.label = "" if label == "else" else f"{known.label}, or {label}"


def _box(node: Node, name: str, scene: str, graph: Graph, shapes: Mapping[str, Shape]) -> Box:
    full = f"{scene}/{name}" if scene else name
    lines = [f"when {_short(node.when.source)}"] if node.when is not None else []
    for where, hooks in (("before", node.before), ("after", node.after)):
        lines += [f"{where}: {_hook(hook)}" for hook in hooks]
    if not isinstance(node, Container):
        return Box(name, name, _look(node), node.kind, [*_asks(node, shapes), *lines])
    inner = Scene(full)
    inner.boxes.append(Box(START, "", "dot"))
    if node.walked:
        inside = graph.inside(name)
        inner.links.append(Link(START, inside.start))
        _fill(inner, inside, END, node.enters(shapes))
    else:
        for each, child in node.nodes.items():
            inner.boxes.append(_box(child, each, full, graph.inside(name), shapes))
            inner.links += [Link(START, each), Link(each, END)]
    inner.boxes.append(Box(END, "", "dot"))
    read = [f"from {node.file.name}"] if node.file is not None else []
    look: Look = "within" if node.walked else "beside"
    return Box(name, name, look, node.kind, [*read, *_between(node), *lines], inner)


def _look(node: Node) -> Look:
    if node.tags():
        return "judge"
    if node.asked():
        return "model"
    return "draw" if node.kind in _DRAWS else "code"


def _asks(node: Node, shapes: Mapping[str, Shape]) -> list[str]:
    told = [", ".join(dict.fromkeys(node.asked().values()))] if node.asked() else []
    if node.makes_records():
        children = node.work(shapes).children
        told.append(f"1 → {children} records" if children > 1 else "1 → several records")
    return told


def _between(node: Container) -> list[str]:
    """What goes into a subgraph and comes out of it, where it says so."""
    ways = [(way, getattr(node, field, None)) for way, field in (("in", "given"), ("out", "out"))]
    return [_short(f"{way}: {', '.join(names)}") for way, names in ways if names is not None]


def _hook(hook: Node) -> str:
    call = getattr(hook, "call", None)
    return str(call) if call else f"set {', '.join(hook.writes())}"


def _source(recipe: Recipe) -> list[str]:
    files = recipe.source.files(recipe.folder)
    return [files[0].name if len(files) == 1 else f"{len(files)} files"] if files else []


def _target(recipe: Recipe) -> list[str]:
    return [f"exactly {recipe.bounds.target:,}"] if recipe.bounds.target is not None else []


def _choice(recipe: Recipe) -> list[str]:
    quality = recipe.quality
    chosen = ["the best of each group"] if quality.best_of is not None else []
    chosen += [f"quota of {name}" for name in quality.quotas]
    return chosen + (["a diverse choice"] if quality.diverse is not None else [])


def _count(scene: Scene, counted: Counted) -> None:
    for link in scene.links:
        link.count = counted.ways.get((scene.name, link.source, link.target), 0)
    for box in scene.boxes:
        box.lost = dict(counted.lost.get((scene.name, box.name), {}))
        if box.scene is not None:
            _count(box.scene, counted)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _short(text: str, longest: int = _LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
