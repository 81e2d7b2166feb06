"""The way of each link between boxes that have their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialoom.graph.drawing.picture import Link
from dialoom.graph.drawing.words import width

Point = tuple[float, float]
# left, top, right, bottom
Area = tuple[float, float, float, float]

TEXT = 11.5
LANE = 18.0
_PORTS = 46.0


@dataclass(slots=True)
class Routed:
    """A link with the points that it passes, and where its label stands. `lane` where it goes up beside the boxes."""

    link: Link
    points: list[Point]
    at: Point
    back: bool = False
    lane: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """A link as the names that it passes from row to row, with its bends; `up` where it leads to the first of them."""

    link: Link
    names: tuple[str, ...]
    up: bool = False


def label_width(link: Link) -> float:
    """The room that the words on a link take; 0 where there are none."""
    told = "  ".join(part for part in (link.label, f"{link.count:,}" if link.count is not None else "") if part)
    return width(told, TEXT - 1) + 14 if told else 0.0


def down(
    chains: Sequence[Chain],
    areas: Mapping[str, Area],
    middles: Mapping[str, float],
    bands: Mapping[str, tuple[float, float]],
) -> list[Routed]:
    """The links that go from row to row, spread over the sides that they leave and enter by.

    Args:
        middles: the x of every name, bends too; `bands` the upper and lower y of the row of each bend.
    """
    leaving: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    entering: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        leaving[chain.names[0]].append((middles[chain.names[1]], number))
        entering[chain.names[-1]].append((middles[chain.names[-2]], number))
    routed: list[Routed] = []
    taken: list[tuple[float, float, float]] = []
    for number, chain in enumerate(chains):
        first, last = chain.names[0], chain.names[-1]
        points = [(_port(areas[first], number, leaving[first]), areas[first][3])]
        for bend in chain.names[1:-1]:
            points += [(middles[bend], y) for y in bands[bend]]
        points.append((_port(areas[last], number, entering[last]), areas[last][1]))
        at = _free(chain.link, points, taken)
        routed.append(Routed(chain.link, points[::-1] if chain.up else points, at, back=chain.up))
    return routed


def has_lane(link: Link, areas: Mapping[str, Area]) -> bool:
    """Whether nothing stands to the right of the two boxes where a lane would leave the one and enter the other."""
    ends = _ends(link, areas)
    return not any(
        left >= areas[name][2] and top <= y <= bottom
        for name, y in ends
        for left, top, _, bottom in areas.values()
        if link.source != link.target
    )


def lanes(links: Sequence[Link], areas: Mapping[str, Area], others: Sequence[Routed]) -> list[Routed]:
    """Links that close loops: out to the right, up in a lane of their own, and in again. The shortest is inmost."""
    taken = list(areas.values())
    for each in others:
        half = label_width(each.link) / 2
        taken += [(x, y, x, y) for x, y in each.points]
        taken.append((each.at[0] - half, each.at[1] - 9, each.at[0] + half, each.at[1] + 9))
    routed = []
    for link in sorted(links, key=lambda link: areas[link.source][3] - areas[link.target][1]):
        (_, low), (_, high) = _ends(link, areas)
        half = label_width(link) / 2
        if link.source == link.target:
            beside = areas[link.source][2]
        else:
            beside = max(right for _, top, right, bottom in taken if top <= max(low, high) and bottom >= min(low, high))
        lane = beside + LANE + half
        points = [(areas[link.source][2], low), (lane, low), (lane, high), (areas[link.target][2], high)]
        routed.append(Routed(link, points, (lane, (low + high) / 2), back=True, lane=True))
        taken.append((lane - half, high, lane + half, low))
    return routed


def _ends(link: Link, areas: Mapping[str, Area]) -> list[tuple[str, float]]:
    """Where a lane begins and ends: the box, and how far down."""
    _, top, _, bottom = areas[link.source]
    low = top + (bottom - top) * 0.72
    _, top, _, bottom = areas[link.target]
    return [(link.source, low), (link.target, top + min((bottom - top) * 0.28, 20))]


def _port(area: Area, number: int, all_here: Sequence[tuple[float, int]]) -> float:
    of = len(all_here)
    middle = (area[0] + area[2]) / 2
    if of == 1:
        return middle
    room = max(0.0, min(area[2] - area[0] - 40, _PORTS * (of - 1)))
    place = [each for _, each in sorted(all_here)].index(number)
    return middle - room / 2 + room * place / (of - 1)


def _free(link: Link, points: Sequence[Point], taken: list[tuple[float, float, float]]) -> Point:
    """A place on the link's first stretch, or a later one, where its words meet no others."""
    wide = label_width(link)
    tries = [(number, t) for number in range(0, len(points) - 1, 2) for t in (0.5, 0.66, 0.34, 0.78, 0.22, 0.9, 0.1)]
    places = [_on_curve(points[number], points[number + 1], t) for number, t in tries]
    free = ((x, y) for x, y in places if all(abs(x - a) >= (wide + w) / 2 + 4 or abs(y - b) >= 19 for a, b, w in taken))
    x, y = next(free, places[0])
    if wide:
        taken.append((x, y, wide))
    return x, y


def _on_curve(start: Point, end: Point, t: float) -> Point:
    # A Bézier whose handles are half way down.
    s = 3 * t * t - 2 * t * t * t
    return start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * (1.5 * t * (1 - t) + t * t * t)
