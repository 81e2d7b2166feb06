"""What a kind of negative is, and how one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from dialoom.errors import DataError
from dialoom.intents.line import Ground, Line
from dialoom.intents.variety._source import unlike
from dialoom.registry import Registry

NEGATIVE = "negative"
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Negative:
    """A kind of negative.

    Attributes:
        make: endless lines; their intent is what they mean (another intent, or out of scope) and never the ground's,
            save for slot-violating ones, which have the right intent and a wrong value.
    """

    about: str
    make: Callable[[Ground, Random], Iterator[Line]]


KINDS: Registry[Negative] = Registry("dialoom.intents.negatives.kinds", "NEGATIVE", "kind of negative")


def negatives(kind: str, ground: Ground, count: int, random: Random) -> list[Line]:
    """At most `count` different lines of a kind; `variety` is `negative:KIND`.

    Raises UnknownName, and DataError where the ground has no examples to make them of.
    """
    if not ground.examples:
        raise DataError(f"negatives of '{ground.intent}' are made of its examples, and there are none")
    known = [line.text for line in ground.examples]
    return unlike(KINDS.load(kind).make(ground, random), known, count)
