"""How often which acts follow which: in dialogues, and as a policy would have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log2
from typing import TypeVar

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.policy.walk import Walks

K = TypeVar("K")
# The acts of a turn, and those of the turn after it.
Bigrams = Mapping[tuple[tuple[str, ...], tuple[str, ...]], float]


def bigrams_of(dialogues: Iterable[Dialogue]) -> Counter[tuple[tuple[str, ...], tuple[str, ...]]]:
    """How often the acts of one turn are followed by those of the next, over dialogues whose turns all have acts."""
    found: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for dialogue in dialogues:
        acts = [tuple(turn.acts) for turn in dialogue.turns]
        found.update(pairwise(acts))
    return found


def expected_bigrams(walks: Walks) -> Bigrams:
    """How often a walk within the band is expected to hold each pair, in acts."""
    found: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for (one, other), times in walks.expected().items():
        found[tuple(walks.policy.acts(one)), tuple(walks.policy.acts(other))] += times  # type: ignore[assignment]
    return found


def divergence(one: Mapping[K, float], other: Mapping[K, float]) -> float:
    """The Jensen-Shannon divergence of two distributions given as counts, to base 2: from 0 to 1. Its square root is
    the distance (Lin 1991; Endres and Schindelin 2003)."""
    totals = sum(one.values()), sum(other.values())
    if not all(totals):
        return 0.0 if totals == (0, 0) else 1.0
    sum_of = 0.0
    for key in one.keys() | other.keys():
        shares = one.get(key, 0) / totals[0], other.get(key, 0) / totals[1]
        middle = sum(shares) / 2
        sum_of += sum(share * log2(share / middle) / 2 for share in shares if share > 0)
    # Sums of floats may come out a hair below nothing.
    return max(sum_of, 0.0)
