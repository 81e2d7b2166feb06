"""A real line as it might have been typed or spoken: noise at the rates of the real data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise import KINDS, roughen
from dialoom.intents.variety._source import Brief, Variety


def _make(brief: Brief, random: Random) -> Iterator[Line]:
    """At least one change each, of the kinds that real lines show; where rates name none, a slip of the finger."""
    kinds = {name: rate for name, rate in brief.rates.kinds.items() if rate > 0} or {"typo": 1.0}
    while brief.ground.examples:
        example = random.choice(brief.ground.examples)
        kind = random.choices(list(kinds), list(kinds.values()))[0]
        made = KINDS.load(kind).make(example, random)
        made = roughen(made, brief.rates, random)
        yield replace(made, intent=brief.ground.intent, variety="perturbation", of=(example.text,))


VARIETY = Variety("a real line with noise at the rates of real data", _make)
