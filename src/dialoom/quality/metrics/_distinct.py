"""Distinct n-grams, behind `distinct_1` and `distinct_2`."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words


def distinct(dialogue: Dialogue, n: int) -> float:
    """The number of different n-grams over the number of n-grams, within turns; 0.0 where there is none.

    Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models" (NAACL), who scale by
    tokens; scaling by n-grams, as is usual since, makes 1.0 mean that nothing is said twice. It falls with length, so
    compare dialogues of like length.
    """
    seen: set[tuple[str, ...]] = set()
    total = 0
    for turn in dialogue.turns:
        tokens = words(turn.text)
        grams = list(zip(*(tokens[start:] for start in range(n)), strict=False))
        seen.update(grams)
        total += len(grams)
    return len(seen) / total if total else 0.0
