"""Corpora to split."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue, Lineage, Turn

_WORDS = [f"{start}{end}" for start in "bdfgklmnprstvz" for end in ("a", "en", "ipo", "ul", "ora", "est", "ink", "ay")]


def text(chance: random.Random, words: int = 40) -> str:
    """A text that no other one is like."""
    return " ".join(chance.choice(_WORDS) + chance.choice(_WORDS) for _ in range(words))


def dialogue(
    name: str,
    said: str,
    *,
    intent: str | None = None,
    seed: str | None = None,
    source: str | None = None,
    provenance: str = "real",
    examples: Sequence[str] = (),
) -> Dialogue:
    return Dialogue(
        id=name,
        turns=[Turn(speaker="A", text=said, intent=intent), Turn(speaker="B", text="Thanks.")],
        fields={"source_id": source} if source else {},
        lineage=Lineage(provenance=provenance, seed=seed, examples=list(examples)),
    )


def many(number: int, *, seed: int = 0, intents: Sequence[str | None] = (None,), **more: str) -> Iterator[Dialogue]:
    """So many dialogues with texts of their own, over the intents in turn."""
    chance = random.Random(seed)
    for index in range(number):
        yield dialogue(f"{seed}-{index}", text(chance), intent=intents[index % len(intents)], **more)


def corpus(folder: Path, dialogues: Iterable[Dialogue], *, run: str = "r") -> Corpus:
    made = Corpus.open(folder, create=True)
    made.append(list(dialogues), run=run, batch="0")
    return made


def names(rows: Iterable[object]) -> list[str]:
    return [row.id for row in rows]  # type: ignore[attr-defined]
