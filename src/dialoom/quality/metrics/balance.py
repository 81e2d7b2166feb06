"""Whether everyone has a say."""

from __future__ import annotations

from collections import Counter

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric


def balance(dialogue: Dialogue) -> float:
    """The share of all words that the least talkative speaker says: 0.5 is even between two, 0.0 a monologue.

    The personas should speak, where the speakers are among them; a persona that stays silent makes it 0.0. Elsewhere
    (roles as speakers, no personas) those that have a turn should speak.
    """
    said: Counter[str] = Counter()
    for turn in dialogue.turns:
        said[turn.speaker] += len(words(turn.text))
    expected = {persona.name for persona in dialogue.personas}
    if not said.keys() <= expected:
        expected = set(said)
    total = said.total()
    if len(expected) < 2 or not total:
        return 0.0
    return min(said[name] for name in expected) / total


METRIC = Metric(
    "balance",
    "share of the words that the least talkative speaker says, 0..1 (two even: 0.5)",
    "float",
    balance,
)
