"""Ways in which a good reply is made worse on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from dialoom.graph.template import Template

_SENTENCE = re.compile(r"\S.*?(?:[.!?…。！？؟।]+|$)(?=\s|$)", re.DOTALL)
_FEWEST_WORDS = 4


class Asked(NamedTuple):
    """A fault that a model puts in: what it is asked, and how others were spoiled, as (good, spoiled)."""

    prompt: Template
    examples: tuple[tuple[str, str], ...] = ()


def truncated(text: str, random: Random) -> str | None:
    """The text broken off in its middle third; None where there is too little of it."""
    words = text.split()
    if len(words) < _FEWEST_WORDS:
        return None
    kept = words[: random.randint(-(-len(words) // 3), 2 * len(words) // 3)]
    return " ".join(kept).rstrip(".,;:!?…")


def repeating(text: str, random: Random) -> str | None:
    """The text with one of its sentences said over and over."""
    sentences = [found[0].strip() for found in _SENTENCE.finditer(text)]
    if not sentences:
        return None
    place = random.randrange(len(sentences))
    times = random.randint(2, 4)
    return " ".join(sentences[: place + 1] + [sentences[place]] * times + sentences[place + 1 :])


MADE: Mapping[str, Callable[[str, Random], str | None]] = {"truncated": truncated, "repeating": repeating}
"""Faults that need no model."""

_GOOD = "\n\nThe good reply: {{ reply.text }}"
ASKED: Mapping[str, Asked] = {
    "off_topic": Asked(
        Template(
            "Write a reply of the same length that has nothing to do with the conversation: it talks of something else."
            + _GOOD
        ),
        (
            ("Your suitcase will be sent to the hotel tonight.", "I watched a film about whales on Sunday."),
            ("Yes, a table for four at seven is free.", "The roof of our school was painted green last year."),
        ),
    ),
    "impolite": Asked(
        Template(
            "Write the good reply again with the same facts, but rude: impatient, scornful, without a please." + _GOOD
        ),
        (
            ("Your suitcase will be sent to the hotel tonight.", "Stop whining, you'll get your stupid bag tonight."),
            ("Could you tell me your booking number, please?", "Just give me the number, I haven't got all day."),
        ),
    ),
    "unfaithful": Asked(
        Template(
            "Write the good reply again with its facts changed, so that it contradicts what was said before: other "
            "numbers, names, times, or the opposite." + _GOOD
        ),
        (
            ("Your suitcase will be sent to the hotel tonight.", "Your suitcase was given to another guest last week."),
            ("Yes, a table for four at seven is free.", "No, we are closed today and only seat two at nine."),
        ),
    ),
}
"""Faults that a model is asked for."""

FAULTS = (*MADE, *ASKED)
