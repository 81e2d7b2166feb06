"""Real lines of other intents that look most like the intent's own."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.negatives._kind import Negative
from dialoom.quality.similarity import rouge_l


def _make(ground: Ground, random: Random) -> Iterator[Line]:
    """The likest first; they are what they were labelled as."""
    own = {line.text.lower() for line in ground.examples}
    others = [line for lines in ground.others.values() for line in lines if line.text.lower() not in own]
    likeness = {line.text: max(rouge_l(line.text, example.text) for example in ground.examples) for line in others}
    for line in sorted(others, key=lambda each: (-likeness[each.text], each.text)):
        nearest = max(ground.examples, key=lambda example: rouge_l(line.text, example.text))
        yield Line(line.text, line.intent, line.slots, "negative:near_miss", of=(nearest.text,))


NEGATIVE = Negative("real lines of other intents that look like it", _make)
