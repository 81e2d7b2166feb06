"""How long the last reply is."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric


def reply_words(dialogue: Dialogue) -> int:
    """The number of words in the last turn: what a model would be trained to answer."""
    return len(words(dialogue.turns[-1].text)) if dialogue.turns else 0


METRIC = Metric("reply_words", "number of words in the last turn", "int", reply_words, range=(0, float("inf")))
