"""What a feature is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialoom.intents.utterances import Utterance
from dialoom.registry import Registry

Tell = Callable[[Utterance], str]


@dataclass(frozen=True, slots=True)
class Feature:
    """A way in which utterances vary.

    Attributes:
        about: one line for people.
        values: what it can be, in the order that tables show, each with what a model is asked for.
        make: gives what tells the value of an utterance; it may look at the whole of the data first.
    """

    name: str
    about: str
    values: dict[str, str]
    make: Callable[[Sequence[Utterance]], Tell]


FEATURES: Registry[Feature] = Registry("dialoom.intents.variants", "FEATURE", "feature")
