"""Requests that none of the intents answers: beginnings of real lines, and things that no system does."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.negatives._kind import OUT_OF_SCOPE, Negative
from dialoom.intents.openers import Openers

# Of nobody's trade, so that no system is likely to serve them; a line whose words an intent has is left out.
_MATTERS = (
    ("why", "cats purr", "glaciers are blue", "vikings left greenland", "owls turn their heads", "knuckles crack"),
    (
        "who",
        "invented the zip",
        "painted the ceiling of that chapel",
        "first climbed the matterhorn",
        "discovered argon",
    ),
    ("how", "bees find their hive", "violins are varnished", "coral grows", "chess engines think", "sundials are made"),
    ("what", "the moon is made of", "a haiku is", "killed the dinosaurs", "mitosis means", "a palindrome is"),
    ("whether", "penguins have knees", "time travel is possible", "ravens hold grudges", "atlantis was real"),
)
_ASKS = ("i wonder {} {}", "do you know {} {}", "explain {} {}", "tell me {} {}", "can you say {} {}", "{} {}")


def _make(ground: Ground, random: Random) -> Iterator[Line]:
    served = {
        word
        for lines in ground.others.values()
        for line in lines
        for word in line.text.lower().split()
        if len(word) > 5
    } | {word for line in ground.examples for word in line.text.lower().split() if len(word) > 5}
    openers = Openers.of({intent: [line.text for line in lines] for intent, lines in ground.others.items()})
    asking = [head for head in openers.counts if head.split()[-1] in {"me", "know"}]
    matters = [(how, what) for how, *whats in _MATTERS for what in whats if served.isdisjoint(what.split())]
    frames = [*_ASKS, *(f"{head} {{}} {{}}" for head in asking)]
    while matters:
        how, what = random.choice(matters)
        yield Line(random.choice(frames).format(how, what), OUT_OF_SCOPE, variety="negative:out_of_scope")


NEGATIVE = Negative("requests that none of the intents answers", _make)
