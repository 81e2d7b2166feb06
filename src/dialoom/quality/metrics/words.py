"""How long a dialogue is."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality import _words
from dialoom.quality.metrics._metric import Metric


def count(dialogue: Dialogue) -> int:
    """The number of words; in scripts without spaces, of characters."""
    return sum(len(_words.words(turn.text)) for turn in dialogue.turns)


METRIC = Metric("words", "number of words in all turns (characters in scripts without spaces)", "int", count)
