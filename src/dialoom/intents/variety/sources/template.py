"""Frames filled with the intent's name, the words of its description, and what the examples are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.variety._refill import refilled
from dialoom.intents.variety._source import Brief, Variety

_FRAMES = (
    "{}",
    "{} please",
    "i want to know about {}",
    "can you help me with {}",
    "i have a question about {}",
    "i need help with {}",
    "what about {}",
    "tell me about {}",
    "this is about {}",
    "it is about {}",
    "could you look into {}",
    "how does {} work",
    "i am calling about {}",
    "talk to me about {}",
)
_ABOUT = re.compile(
    r"^(the user |a user |users? )?(wants?|asks?|needs?|would like|is asking|are asking)( to| for| about)?\s+"
)


def _make(brief: Brief, random: Random) -> Iterator[Line]:
    ground = brief.ground
    topics = [ground.name]
    if ground.description:
        said = ground.description.strip().rstrip(".").lower()
        topics.append(_ABOUT.sub("", said))
    frames = [*_FRAMES]
    # The plain name first: it is the one thing that is sure to be right.
    yield Line(ground.name, ground.intent, variety="template")
    slotted = [line for line in ground.examples if any(slot.name in ground.gazetteers for slot in line.slots)]
    while True:
        if slotted and random.random() < 0.5:
            yield refilled(random.choice(slotted), ground.gazetteers, "template", ground.intent, random)
        else:
            yield Line(random.choice(frames).format(random.choice(topics)), ground.intent, variety="template")


VARIETY = Variety("frames filled with the intent's name, description and values", _make)
