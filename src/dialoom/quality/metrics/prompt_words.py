"""How long what a last reply answers is."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric


def prompt_words(dialogue: Dialogue) -> int:
    """The number of words in all turns but the last: what a model would be given to answer."""
    return sum(len(words(turn.text)) for turn in dialogue.turns[:-1])


METRIC = Metric(
    "prompt_words", "number of words in all turns but the last", "int", prompt_words, range=(0, float("inf"))
)
