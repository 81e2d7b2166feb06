"""Near-duplicates by the words they share, among very many texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dialoom.errors import DialoomError

NEAR = 0.4
"""The Jaccard index of word pairs from which on two dialogues are near-duplicates, if nothing else is said."""


class Duplicate(NamedTuple):
    """What a text is a near-duplicate of, and how like it it is, 0..1."""

    id: str
    likeness: float


Texts = Iterable[tuple[str, str]]
"""The id and text of each."""


def near_duplicates(texts: Texts, among: Texts | None = None, threshold: float = NEAR) -> dict[str, Duplicate]:
    """The texts that are near-duplicates, by id, each with what it is most like; of equals, with the smallest id.

    The likeness is the Jaccard index of word pairs, the ends of a text taken as words, and is counted exactly. Among
    five thousand texts no pair is missed, among more one in a million of those that just reach the threshold. A text
    without words is like nothing. Takes some 1 kB for a dialogue of 130 words.

    Args:
        texts: those asked about; ids are unique.
        among: what they are compared with, such as seeds, examples or an earlier version, also where the ids are the
            same. Left out, they are compared with each other, and of two that are alike the one with the smaller id is
            the original, and no duplicate of the other.
        threshold: the least Jaccard index, above 0, at most 1.

    Raises:
        DialoomError: for a threshold out of range, or an id that is there twice.
    """
    from dialoom.likeness.near import equal_sets, near_groups
    from dialoom.likeness.shingles import shingles

    asked, known = listed(texts, threshold), [] if among is None else listed(among, threshold)
    start = len(known)
    ids = [id for id, _ in (*known, *asked)]
    sets = [shingles(text) for _, text in (*known, *asked)]
    groups = equal_sets(sets)
    # Of a group of equals only the smallest id can be told.
    firsts = [min((ids[place] for place in group if among is None or place < start), default=None) for group in groups]
    found: dict[str, Duplicate] = {}

    def offer(group: int, first: str | None, score: float) -> None:
        if first is None:
            return
        for id in (ids[place] for place in groups[group] if place >= start):
            held = found.get(id)
            if (among is not None or first < id) and (held is None or (-score, first) < (-held.likeness, held.id)):
                found[id] = Duplicate(first, score)

    for group, first in enumerate(firsts):
        offer(group, first, 1.0)
    for one, other, score in near_groups(sets, groups, threshold, start):
        offer(one, firsts[other], score)
        offer(other, firsts[one], score)
    return found


def listed(texts: Texts, threshold: float) -> list[tuple[str, str]]:
    """The texts, once ids and threshold are known to be right; else raises DialoomError."""
    if not 0 < threshold <= 1:
        raise DialoomError(
            f"a near-duplicate threshold of {threshold} is out of range", remedy="give one above 0, at most 1"
        )
    pairs = list(texts)
    seen: set[str] = set()
    for id, _ in pairs:
        if id in seen:
            raise DialoomError(f"the id '{id}' is there twice", remedy="give each dialogue an id of its own")
        seen.add(id)
    return pairs
