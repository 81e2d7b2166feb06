"""Which split each group goes to: close to the shares in every stratum, never cutting a group.

Iterative stratification (Sechidis et al. 2011) over groups: large groups first, each to where most of its rows are
still owed; single rows last, so that they even out what the groups left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stay together.

    Attributes:
        name: the same for the same rows, whatever their order; chance goes by it.
        strata: how many of its rows are of each stratum.
        pinned: the split it has to go to, where it has no choice.
    """

    name: str
    strata: Counter[Hashable]
    pinned: str | None = None


def assign(groups: Sequence[Group], shares: Mapping[str, float], seed: int) -> list[str]:
    """The split of each group.

    Where all groups are single rows and none is pinned, each split holds of each stratum its share to within one row.

    Args:
        shares: of each split; they add up to 1. Equal needs are met in this order.
        seed: together with the groups' names it decides who goes where.
    """
    total: Counter[Hashable] = Counter()
    for group in groups:
        total.update(group.strata)
    rows = total.total()
    owed = {name: {stratum: share * count for stratum, count in total.items()} for name, share in shares.items()}
    owed_in_all = {name: share * rows for name, share in shares.items()}
    chosen: dict[int, str] = {}

    def put(index: int, split: str) -> None:
        chosen[index] = split
        for stratum, count in groups[index].strata.items():
            owed[split][stratum] -= count
        owed_in_all[split] -= groups[index].strata.total()

    for index in sorted(range(len(groups)), key=lambda each: _turn(groups[each], seed)):
        group = groups[index]
        put(index, group.pinned or max(shares, key=lambda name: _need(group, owed[name], owed_in_all[name])))
    return [chosen[index] for index in range(len(groups))]


def _turn(group: Group, seed: int) -> tuple[bool, int, bytes]:
    chance = blake2b(f"{seed}\x1f{group.name}".encode(), digest_size=16).digest()
    return group.pinned is None, -group.strata.total(), chance


def _need(group: Group, owed: Mapping[Hashable, float], owed_in_all: float) -> tuple[float, float, float]:
    """How much a split needs a group: whole rows owed first, then any part of one, then what it is owed in all."""
    whole = sum(min(count, max(int(owed[stratum] + 1e-9), 0)) for stratum, count in group.strata.items())
    part = sum(owed[stratum] > 1e-9 for stratum in group.strata)
    return whole, part, owed_in_all
