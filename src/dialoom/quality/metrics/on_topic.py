"""Whether a dialogue is about what it was asked to be about."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._topic import stem, topic_stems
from dialoom.quality._words import words
from dialoom.quality.metrics._metric import Metric


def on_topic(dialogue: Dialogue) -> float:
    """The share of the topic's content words, lightly stemmed, that are said; 1.0 when there is nothing to compare.

    The topic is the scenario, else the field `subtopic`, else the topic. The measure is lexical and stems English: a
    short label may well stay unsaid ("visit a patient"), so read a zero together with `topic_words`.
    """
    wanted = topic_stems(dialogue)
    if not wanted:
        return 1.0
    said = {stem(word) for turn in dialogue.turns for word in words(turn.text)}
    return len(wanted & said) / len(wanted)


METRIC = Metric(
    "on_topic",
    "share of the content words of scenario, subtopic or topic that are said, 0..1",
    "float",
    on_topic,
)
