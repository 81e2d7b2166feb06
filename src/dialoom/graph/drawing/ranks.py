"""Which row each box of a scene stands in, and in which order within it: layered drawing after Sugiyama et al. 1981."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Edge = tuple[str, str]
_SWEEPS = 12


def backward(names: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges that close a circle: of those that lead back to an earlier name, or to the same, as few as will do."""
    place = {name: number for number, name in enumerate(names)}
    after: defaultdict[str, list[str]] = defaultdict(list)
    # Every circle has an edge that leads back, so there is none among the others.
    leading_back = [(source, target) for source, target in edges if place[target] <= place[source]]
    for source, target in edges:
        if place[target] > place[source]:
            after[source].append(target)
    found: set[Edge] = set()
    for source, target in leading_back:
        if source in _below(target, after):
            found.add((source, target))
        else:
            after[source].append(target)
    return found


def _below(name: str, after: Mapping[str, Sequence[str]]) -> set[str]:
    seen = {name}
    stack = [name]
    while stack:
        fresh = [to for to in after.get(stack.pop(), ()) if to not in seen]
        seen.update(fresh)
        stack += fresh
    return seen


def rows(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The row of each name: below all that lead to it, as high as it can be. `edges` have no circle."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    waiting = dict.fromkeys(names, 0)
    after: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
        waiting[target] += 1
    ready = [name for name in names if not waiting[name]]
    row: dict[str, int] = {}
    while ready:
        name = ready.pop(0)
        row[name] = max((row[each] + 1 for each in before[name]), default=0)
        for to in after[name]:
            waiting[to] -= 1
            if not waiting[to]:
                ready.append(to)
    return row


def ordered(layers: list[list[str]], edges: Sequence[Edge]) -> list[list[str]]:
    """The layers with few crossings of the edges between neighbours; of equals the one nearest to the order given."""
    up: defaultdict[str, list[str]] = defaultdict(list)
    down: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        down[source].append(target)
        up[target].append(source)
    best, fewest = [list(layer) for layer in layers], crossings(layers, down)
    tried = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        numbers = range(1, len(tried)) if downwards else range(len(tried) - 2, -1, -1)
        for number in numbers:
            beside = tried[number - 1 if downwards else number + 1]
            tried[number] = _by_middle(tried[number], up if downwards else down, beside)
        now = crossings(tried, down)
        if now < fewest:
            best, fewest = [list(layer) for layer in tried], now
    return best


def crossings(layers: Sequence[Sequence[str]], down: Mapping[str, Sequence[str]]) -> int:
    """How often edges between neighbouring layers cross."""
    total = 0
    for upper, lower in pairwise(layers):
        place = {name: number for number, name in enumerate(lower)}
        ends = [sorted(place[to] for to in down.get(name, ()) if to in place) for name in upper]
        flat = [(number, end) for number, each in enumerate(ends) for end in each]
        total += sum(a < c and b > d for a, b in flat for c, d in flat)
    return total


def _by_middle(layer: Sequence[str], beside_of: Mapping[str, Sequence[str]], beside: Sequence[str]) -> list[str]:
    place = {name: number for number, name in enumerate(beside)}

    def middle(item: tuple[int, str]) -> tuple[float, int]:
        number, name = item
        near = [place[each] for each in beside_of.get(name, ()) if each in place]
        return (sum(near) / len(near) if near else float(number), number)

    return [name for _, name in sorted(enumerate(layer), key=middle)]


def spread(wanted: Sequence[float], widths: Sequence[float], weights: Sequence[float], gap: float) -> list[float]:
    """Centres as near as can be to those wanted (least squares, by weight), in order, with a gap between the boxes."""
    shift = [0.0]
    for left, right in pairwise(widths):
        shift.append(shift[-1] + (left + right) / 2 + gap)
    # Without the room they take, the centres only have to rise: pool what falls.
    blocks: list[tuple[float, float, int]] = []
    for want, weight, moved in zip(wanted, weights, shift, strict=True):
        blocks.append((want - moved, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, weight_a, count_a), (b, weight_b, count_b) = blocks[-2:]
            both = weight_a + weight_b
            blocks[-2:] = [((a * weight_a + b * weight_b) / both, both, count_a + count_b)]
    level = [value for value, _, count in blocks for _ in range(count)]
    return [value + moved for value, moved in zip(level, shift, strict=True)]
