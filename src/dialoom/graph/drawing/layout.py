"""Where each box of a picture stands, and the way that each link takes: rows from top to bottom, loops on the right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dialoom.graph.drawing.picture import Box, Link, Scene
from dialoom.graph.drawing.ranks import backward, ordered, rows, spread
from dialoom.graph.drawing.words import width

Point = tuple[float, float]

TITLE, TEXT, LINE = 14.0, 11.5, 16.0
HEAD = 34.0
_PAD = 16.0
_LEAST = 168.0
_GAP, _ROW_GAP, _LABEL_GAP = 34.0, 34.0, 62.0
_LANE = 18.0
_DOT = 9.0
_INSIDE = 20.0


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


@dataclass(slots=True)
class Routed:
    """A link with the points that it passes, and where its label stands. `back` where it closes a loop."""

    link: Link
    points: list[Point]
    at: Point
    back: bool = False


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
    placed = {box.name: _sized(box) for box in scene.boxes}
    names = list(placed)
    edges = list(dict.fromkeys((link.source, link.target) for link in scene.links))
    loops = backward(names, edges)
    forward = [edge for edge in edges if edge not in loops]
    row = rows(names, forward)
    layers, bends = _layers(names, row, forward)
    short = [pair for way in bends.values() for pair in pairwise(way)]
    layers = ordered(layers, short)
    sizes = {name: (placed[name].width if name in placed else 2.0) for layer in layers for name in layer}
    middles = _middles(layers, short, sizes)
    labelled = {row[link.source] for link in scene.links if _tells(link) and (link.source, link.target) not in loops}
    tops, heights = _tops(layers, placed, labelled)
    for name, one in placed.items():
        one.x = middles[name] - one.width / 2
        one.y = tops[row[name]] + (heights[row[name]] - one.height) / 2
    left = min(one.x for one in placed.values())
    for one in placed.values():
        one.x -= left
    middles = {name: middle - left for name, middle in middles.items()}
    routed = _forward(scene, placed, bends, middles, tops, heights, row)
    back = _backward(scene, placed, loops, routed)
    words = [(each.at[0], label_width(each.link) / 2) for each in (*routed, *back)]
    right = max(one.x + one.width for one in placed.values())
    right = max([right, *(x for each in (*routed, *back) for x, _ in each.points), *(x + half for x, half in words)])
    least = min([0.0, *(x - half for x, half in words)])
    done = Drawn(scene, right, tops[-1] + heights[-1], list(placed.values()), [*routed, *back])
    return done if least >= 0 else _moved(done, -least)


def label_width(link: Link) -> float:
    """The room that the words on a link take; 0 where there are none."""
    told = "  ".join(part for part in (link.label, f"{link.count:,}" if link.count is not None else "") if part)
    return width(told, TEXT - 1) + 14 if told else 0.0


def _tells(link: Link) -> bool:
    return bool(link.label) or link.count is not None


def _sized(box: Box) -> Placed:
    if box.look == "dot":
        return Placed(box, 0, 0, _DOT, _DOT)
    if box.look == "reject":
        return Placed(box, 0, 0, width(box.title, TEXT) + 26, 24)
    head = width(box.title, TITLE, bold=True) + (width(box.kind, TEXT - 1) + 30 if box.kind else 0)
    texts = [width(line, TEXT) for line in box.lines]
    if box.scene is None:
        texts += [width(lost(box), TEXT)]
        wide = max([_LEAST, head + 2 * _PAD, *(text + 2 * _PAD for text in texts)])
        lines = len(box.lines) + bool(box.lost)
        return Placed(box, 0, 0, wide, 36 + LINE * lines + (6 if lines else 0))
    inside = drawn(box.scene)
    top = HEAD + LINE * (len(box.lines) + bool(box.lost))
    wide = max([inside.width + 2 * _INSIDE, head + 2 * _PAD, *(text + 2 * _PAD for text in texts)])
    return Placed(box, 0, 0, wide, top + inside.height + _INSIDE + 4, inside)


def lost(box: Box) -> str:
    """What is told of the records that ended at a box."""
    return ", ".join(f"{count:,} {how} here" for how, count in sorted(box.lost.items()))


def _layers(
    names: Sequence[str], row: dict[str, int], edges: Sequence[tuple[str, str]]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """The names by row, and each edge as the names it passes, with one made up in every row between."""
    layers: list[list[str]] = [[] for _ in range(max(row.values()) + 1)]
    for name in names:
        layers[row[name]].append(name)
    bends = {}
    for source, target in edges:
        between = [f"{source}\n{target}\n{number}" for number in range(row[source] + 1, row[target])]
        for number, bend in enumerate(between, row[source] + 1):
            layers[number].append(bend)
        bends[source, target] = [source, *between, target]
    return layers, bends


def _middles(
    layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]], sizes: dict[str, float]
) -> dict[str, float]:
    """The x of each name's middle: near those that it is linked with, and bends in a line."""
    near: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    place = {name: number for number, layer in enumerate(layers) for name in layer}
    middles: dict[str, float] = {}
    for layer in layers:
        start = [0.0] * len(layer)
        for name, x in zip(layer, spread(start, [sizes[n] for n in layer], [1.0] * len(layer), _GAP), strict=True):
            middles[name] = x
    for sweep in range(40):
        downwards = sweep % 2 == 0
        for number in range(len(layers)) if downwards else range(len(layers) - 1, -1, -1):
            layer = layers[number]
            step = -1 if downwards else 1
            wanted = []
            for name in layer:
                beside = [each for each in near[name] if place[each] == number + step] or near[name]
                wanted.append(sum(middles[each] for each in beside) / len(beside) if beside else middles[name])
            weights = [8.0 if "\n" in name else 1.0 + len(near[name]) for name in layer]
            found = spread(wanted, [sizes[name] for name in layer], weights, _GAP)
            middles.update(zip(layer, found, strict=True))
    return middles


def _tops(
    layers: Sequence[Sequence[str]], placed: dict[str, Placed], labelled: set[int]
) -> tuple[list[float], list[float]]:
    heights = [max((placed[name].height for name in layer if name in placed), default=0.0) for layer in layers]
    tops, y = [], 0.0
    for number, height in enumerate(heights):
        tops.append(y)
        y += height + (_LABEL_GAP if number in labelled else _ROW_GAP)
    return tops, heights


def _forward(
    scene: Scene,
    placed: dict[str, Placed],
    bends: dict[tuple[str, str], list[str]],
    middles: dict[str, float],
    tops: Sequence[float],
    heights: Sequence[float],
    row: dict[str, int],
) -> list[Routed]:
    """The links that lead downwards, spread over the sides that they leave and enter by."""
    ways = {(link.source, link.target): link for link in scene.links if (link.source, link.target) in bends}
    leaving, entering = defaultdict(list), defaultdict(list)
    for edge in ways:
        leaving[edge[0]].append((middles[bends[edge][1]], edge))
        entering[edge[1]].append((middles[bends[edge][-2]], edge))
    routed: list[Routed] = []
    taken: list[tuple[float, float, float]] = []
    for edge, link in ways.items():
        source, target = placed[edge[0]], placed[edge[1]]
        start = _port(source, [each for _, each in sorted(leaving[edge[0]])].index(edge), len(leaving[edge[0]]))
        end = _port(target, [each for _, each in sorted(entering[edge[1]])].index(edge), len(entering[edge[1]]))
        points = [(start, source.y + source.height)]
        for number, bend in enumerate(bends[edge][1:-1], row[edge[0]] + 1):
            points += [(middles[bend], tops[number]), (middles[bend], tops[number] + heights[number])]
        points.append((end, target.y))
        routed.append(Routed(link, points, _free(link, points, taken)))
    return routed


def _port(one: Placed, number: int, of: int) -> float:
    room = max(0.0, min(one.width - 40, 46.0 * (of - 1)))
    return one.middle if of == 1 else one.middle - room / 2 + room * number / (of - 1)


def _free(link: Link, points: Sequence[Point], taken: list[tuple[float, float, float]]) -> Point:
    """A place on the link's first stretch, or a later one, where its words meet no others."""
    wide = label_width(link)
    tries = [(number, t) for number in range(0, len(points) - 1, 2) for t in (0.5, 0.66, 0.34, 0.78, 0.22)]
    best = (points[0], points[1])
    for number, t in tries:
        (x0, y0), (x1, y1) = best = points[number], points[number + 1]
        # The curve is a Bézier whose handles are half way down.
        s = 3 * t * t - 2 * t * t * t
        x, y = x0 + (x1 - x0) * s, y0 + (y1 - y0) * (1.5 * t * (1 - t) + t * t * t)
        if all(abs(x - a) >= (wide + w) / 2 + 4 or abs(y - b) >= 18 for a, b, w in taken):
            break
    else:
        (x0, y0), (x1, y1) = best
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
    if wide:
        taken.append((x, y, wide))
    return x, y


def _backward(
    scene: Scene, placed: dict[str, Placed], loops: set[tuple[str, str]], others: Sequence[Routed]
) -> list[Routed]:
    """The links that close loops: out to the right, up in a lane of their own, and in again. The shortest is inmost."""
    ways = [link for link in scene.links if (link.source, link.target) in loops]
    ways.sort(key=lambda link: placed[link.source].y - placed[link.target].y)
    taken = [(one.y, one.y + one.height, one.x + one.width) for one in placed.values()]
    for each in others:
        half = label_width(each.link) / 2
        taken += [(y, y, x) for x, y in each.points] + [(each.at[1] - 9, each.at[1] + 9, each.at[0] + half)]
    routed = []
    for link in ways:
        source, target = placed[link.source], placed[link.target]
        low, high = source.y + source.height * 0.7, target.y + min(target.height * 0.3, 20)
        half = label_width(link) / 2
        lane = max(right for top, bottom, right in taken if top <= low and bottom >= high) + _LANE + half
        points = [(source.x + source.width, low), (lane, low), (lane, high), (target.x + target.width, high)]
        routed.append(Routed(link, points, (lane, (low + high) / 2), back=True))
        taken.append((high, low, lane + half))
    return routed


def _moved(done: Drawn, by: float) -> Drawn:
    for one in done.boxes:
        one.x += by
    for each in done.links:
        each.points = [(x + by, y) for x, y in each.points]
        each.at = (each.at[0] + by, each.at[1])
    done.width += by
    return done
