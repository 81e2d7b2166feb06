"""How many people and places a dialogue names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric, Needs
from dialoom.quality.privacy import Found
from dialoom.quality.privacy.presidio import presidio_finder


def people_and_places(dialogue: Dialogue) -> int:
    """The number of different names of people and places, and of the like, that Presidio finds in the turns.

    English. With a spaCy model for it installed; without any, Presidio's own patterns find next to nothing.
    """
    finder, _ = _english()
    found: set[tuple[str, str]] = set()
    for turn in dialogue.turns:
        pieces: Iterable[Found] = finder(turn.text)
        found |= {(one.kind, turn.text[one.start : one.end].casefold()) for one in pieces}
    return len(found)


# Loading the model takes seconds, and it is the same for all.
_english = cache(presidio_finder)

METRIC = Metric(
    "people_and_places",
    "number of different names of people and places that Presidio finds",
    "int",
    people_and_places,
    range=(0, float("inf")),
    cost="model",
    needs=Needs("privacy", ("presidio_analyzer", "spacy")),
)
