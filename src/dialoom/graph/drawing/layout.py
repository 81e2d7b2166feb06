"""Where each box of a picture stands: rows from top to bottom, loops on the right where there is room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialoom.graph.drawing.picture import Box, Link, Scene
from dialoom.graph.drawing.ranks import backward, ordered, rows, spread
from dialoom.graph.drawing.routes import LANE, TEXT, Area, Chain, Routed, down, has_lane, label_width, lanes
from dialoom.graph.drawing.words import width

TITLE, LINE = 14.0, 16.0
HEAD = 34.0
_PAD = 16.0
_LEAST = 168.0
_GAP, _ROW_GAP, _LABEL_GAP = 34.0, 34.0, 62.0
_DOT = 9.0
_INSIDE = 20.0
_SWEEPS = 40


@dataclass(slots=True)
class Placed:
    """A box with its upper left corner and its size, in pixels; its scene relative to that corner."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    inside: Drawn | None = None

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def area(self) -> Area:
        return (self.x, self.y, self.x + self.width, self.y + self.height)


@dataclass(slots=True)
class Drawn:
    """A scene with all its parts in their places."""

    scene: Scene
    width: float
    height: float
    boxes: list[Placed] = field(default_factory=list)
    links: list[Routed] = field(default_factory=list)


def drawn(scene: Scene) -> Drawn:
    """A scene, and those within its boxes, laid out."""
    placed = [_sized(box) for box in scene.boxes]
    edges = [(link.source, link.target) for link in scene.links]
    loops = backward([box.name for box in scene.boxes], edges)
    closing = [link for link in scene.links if (link.source, link.target) in loops]
    beside = closing
    while True:
        done = _laid_out(scene, placed, beside)
        areas = {one.box.name: one.area for one in placed}
        free = [link for link in beside if has_lane(link, areas)]
        if len(free) == len(beside):
            return done
        # Those that would pass behind other boxes go up between them, as links go down; which moves boxes.
        beside = free


def _laid_out(scene: Scene, boxes: Sequence[Placed], beside: Sequence[Link]) -> Drawn:
    """The boxes in their places and all links, those that are `beside` in lanes."""
    placed = {one.box.name: one for one in boxes}
    names = list(placed)
    loops = backward(names, [(link.source, link.target) for link in scene.links])
    steps = []
    for link in scene.links:
        up = (link.source, link.target) in loops
        if link not in beside:
            steps.append((link, (link.target, link.source) if up else (link.source, link.target), up))
    row = rows(names, [ends for _, ends, _ in steps])
    layers: list[list[str]] = [[] for _ in range(max(row.values()) + 1)]
    for name in names:
        layers[row[name]].append(name)
    chains = []
    for number, (link, (upper, lower), up) in enumerate(steps):
        bends = [f"\n{number}\n{each}" for each in range(row[upper] + 1, row[lower])]
        for each, bend in enumerate(bends, row[upper] + 1):
            layers[each].append(bend)
        chains.append(Chain(link, (upper, *bends, lower), up))
    short = [pair for chain in chains for pair in zip(chain.names, chain.names[1:], strict=False)]
    layers = ordered(layers, list(dict.fromkeys(short)))
    sizes = {name: (_room(placed[name], beside) if name in placed else 2.0) for layer in layers for name in layer}
    middles = _middles(layers, short, sizes)
    told = {row[chain.names[0]] for chain in chains if label_width(chain.link)}
    heights = [max((placed[name].height for name in layer if name in placed), default=0.0) for layer in layers]
    tops, low = [], 0.0
    for number, height in enumerate(heights):
        tops.append(low)
        low += height + (_LABEL_GAP if number in told else _ROW_GAP)
    for name, one in placed.items():
        one.x = middles[name] - one.width / 2
        one.y = tops[row[name]] + (heights[row[name]] - one.height) / 2
    bands = {name: (top, top + high) for layer, top, high in zip(layers, tops, heights, strict=True) for name in layer}
    areas = {name: one.area for name, one in placed.items()}
    links = down(chains, areas, middles, bands)
    links += lanes(beside, areas, links)
    return _from_the_left(Drawn(scene, 0.0, tops[-1] + heights[-1], list(boxes), links))


def _room(one: Placed, beside: Sequence[Link]) -> float:
    """The width of a box, with that of the loops that lead from it to itself."""
    own = [LANE + label_width(link) for link in beside if link.source == link.target == one.box.name]
    return one.width + 2 * sum(own)


def _sized(box: Box) -> Placed:
    if box.look == "dot":
        return Placed(box, 0, 0, _DOT, _DOT)
    if box.look == "reject":
        return Placed(box, 0, 0, width(box.title, TEXT) + 26, 24)
    head = width(box.title, TITLE, bold=True) + (width(box.kind, TEXT - 1) + 30 if box.kind else 0)
    texts = [width(line, TEXT) for line in (*box.lines, lost(box))]
    lines = len(box.lines) + bool(box.lost)
    wide = max(_LEAST, head + 2 * _PAD, max(texts) + 2 * _PAD)
    if box.scene is None:
        return Placed(box, 0, 0, wide, 36 + LINE * lines + (6 if lines else 0))
    inside = drawn(box.scene)
    wide = max(wide, inside.width + 2 * _INSIDE)
    return Placed(box, 0, 0, wide, HEAD + LINE * lines + inside.height + _INSIDE + 4, inside)


def lost(box: Box) -> str:
    """What is told of the records that ended at a box."""
    return ", ".join(f"{count:,} {how} here" for how, count in sorted(box.lost.items()))


def _middles(
    layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]], sizes: dict[str, float]
) -> dict[str, float]:
    """The x of each name's middle: near those that it is linked with, and bends in a line."""
    near: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    place = {name: number for number, layer in enumerate(layers) for name in layer}
    widths = [[sizes[name] for name in layer] for layer in layers]
    # A bend is moved only where many boxes want it.
    weights = [[8.0 if name.startswith("\n") else 1.0 + len(near[name]) for name in layer] for layer in layers]
    middles: dict[str, float] = {}
    for layer, wide in zip(layers, widths, strict=True):
        middles.update(zip(layer, spread([0.0] * len(layer), wide, [1.0] * len(layer), _GAP), strict=True))
    for sweep in range(_SWEEPS):
        step = -1 if sweep % 2 == 0 else 1
        for number in range(len(layers))[::-step]:
            layer = layers[number]
            wanted = []
            for name in layer:
                beside = [each for each in near[name] if place[each] == number + step] or near[name]
                wanted.append(sum(middles[each] for each in beside) / len(beside) if beside else middles[name])
            middles.update(zip(layer, spread(wanted, widths[number], weights[number], _GAP), strict=True))
    return middles


def _from_the_left(done: Drawn) -> Drawn:
    """The same with all its parts from x = 0 on, and as wide as they are."""
    spans = [(one.x, one.x + one.width) for one in done.boxes]
    for each in done.links:
        spans += [(x, x) for x, _ in each.points]
        spans.append((each.at[0] - label_width(each.link) / 2, each.at[0] + label_width(each.link) / 2))
    left = min(low for low, _ in spans)
    for one in done.boxes:
        one.x -= left
    for each in done.links:
        each.points = [(x - left, y) for x, y in each.points]
        each.at = (each.at[0] - left, each.at[1])
    done.width = max(high for _, high in spans) - left
    return done
