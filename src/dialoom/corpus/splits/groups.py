"""Groups that no split may cut: whatever shares a key, directly or through others, stays together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence


def unite(keys: Sequence[Iterable[Hashable]], pairs: Iterable[tuple[int, int]] = ()) -> list[list[int]]:
    """The groups of rows, as lists of indices in ascending order, by their first rows.

    Args:
        keys: the keys of each row; rows with a key in common belong together.
        pairs: further rows that belong together.
    """
    parent = list(range(len(keys)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def join(one: int, other: int) -> None:
        first, second = sorted((root(one), root(other)))
        parent[second] = first

    seen: dict[Hashable, int] = {}
    for row, held in enumerate(keys):
        for key in held:
            join(seen.setdefault(key, row), row)
    for one, other in pairs:
        join(one, other)
    groups: dict[int, list[int]] = {}
    for row in range(len(keys)):
        groups.setdefault(root(row), []).append(row)
    return list(groups.values())
