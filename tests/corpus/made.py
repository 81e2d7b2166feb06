"""Dialogues for the tests of the corpus."""

from __future__ import annotations

from typing import Any

from dialoom.dialogue import Dialogue, Lineage, Turn


def dialogue(
    name: str, *position: int, text: str = "", topic: str = "calls", score: float = 0.5, **lineage: Any
) -> Dialogue:
    return Dialogue(
        id=name,
        topic=topic,
        turns=[Turn(speaker="A", text=text or f"I am {name}"), Turn(speaker="B", text="hello", intent="greet")],
        tags={"distinct_2": score},
        lineage=Lineage(position=list(position), **lineage),
    )
