"""Dialogues for tests, in a line."""

from __future__ import annotations

from typing import Any

from dialoom.dialogue import Dialogue, Turn
from dialoom.quality import METRICS


def talk(*texts: str, speakers: tuple[str, ...] = ("Ann", "Ben"), **known: Any) -> Dialogue:
    """A dialogue of `texts`, its speakers taking turns."""
    turns = [Turn(speaker=speakers[place % len(speakers)], text=text) for place, text in enumerate(texts)]
    return Dialogue(id="t", turns=turns, **known)


def measure(name: str, dialogue: Dialogue) -> Any:
    """The value of the metric called `name`."""
    return METRICS.load(name).measure(dialogue)
