"""Near-duplicate texts among many: the pairs whose Jaccard index of word pairs reaches a threshold.

Up to five thousand texts none is missed, and beyond that one in a million at the threshold itself, at a cost that grows
as the number of texts does. What is found is compared exactly either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dialoom.likeness import bands, prefixes
from dialoom.likeness.shingles import Shingles, jaccard

_FEW = 5_000


def near_pairs(sets: Sequence[Shingles], threshold: float, start: int = 0) -> Iterator[tuple[int, int, float]]:
    """(lower index, higher index, Jaccard index) of pairs of non-empty sets that are at least so alike.

    Args:
        sets: what each text consists of.
        threshold: the least Jaccard index, above 0, at most 1.
        start: only pairs of which one index at least is not below this: where few of the sets are asked about.
    """
    groups = equal_sets(sets)
    for group in groups:
        yield from _apart(((one, other, 1.0) for one in group for other in group if one < other), start)
    for first, second, score in near_groups(sets, groups, threshold, start):
        pairs = ((one, other, score) for one in groups[first] for other in groups[second])
        yield from _apart(pairs, start)


def equal_sets(sets: Sequence[Shingles]) -> list[list[int]]:
    """The indices of the sets that are not empty, equal ones together, ascending.

    Equal ones are compared once, as a phrase that thousands say makes millions of pairs.
    """
    equal: dict[bytes, list[int]] = {}
    for index, each in enumerate(sets):
        if len(each):
            equal.setdefault(each.tobytes(), []).append(index)
    return list(equal.values())


def near_groups(
    sets: Sequence[Shingles], groups: Sequence[Sequence[int]], threshold: float, start: int = 0
) -> Iterator[tuple[int, int, float]]:
    """As `near_pairs`, of groups of equal sets by their own indices: each pair once, in any order.

    Args:
        start: of each pair, one group at least has an index in `sets` that is not below this.
    """
    # Where the last of its copies is not below `start`, a set counts as asked about.
    order = sorted(range(len(groups)), key=lambda group: groups[group][-1] >= start)
    asked = sum(group[-1] < start for group in groups)
    distinct = [sets[groups[group][0]] for group in order]
    if len(distinct) < 2:
        return
    found: Iterable[tuple[int, int]]
    if len(distinct) <= _FEW:
        found = prefixes.alike(distinct, threshold, asked)
    else:
        found = map(tuple, bands.alike(distinct, threshold, asked).tolist())
    for first, second in found:
        score = jaccard(distinct[first], distinct[second])
        if score >= threshold:
            yield order[first], order[second], score


def _apart(pairs: Iterable[tuple[int, int, float]], start: int) -> Iterator[tuple[int, int, float]]:
    return ((min(one, other), max(one, other), score) for one, other, score in pairs if max(one, other) >= start)
