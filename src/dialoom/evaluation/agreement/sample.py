"""Which dialogues people rate: the same ones for each of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice

from dialoom.dialogue import Dialogue


def sample(dialogues: Iterable[Dialogue], limit: int | None, seed: int | None) -> list[Dialogue]:
    """The first ones, or with a seed a random sample in a random order; of those with the same id the first.

    A dialogue's place follows from its id and the seed alone, so that all raters get the same sample in the same order,
    a larger limit adds to a smaller one, and dialogues that come in addition push none of the others about.

    Args:
        limit: how many; all where it is None.
    """
    if seed is None:
        return list(islice(_once(dialogues), limit))

    def place(dialogue: Dialogue) -> bytes:
        return blake2b(f"{seed}\x1f{dialogue.id}".encode(), digest_size=16).digest()

    if limit is None:
        return sorted(_once(dialogues), key=place)
    return heapq.nsmallest(limit, _once(dialogues), key=place)


def _once(dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
    seen: set[str] = set()
    for dialogue in dialogues:
        if dialogue.id not in seen:
            seen.add(dialogue.id)
            yield dialogue
