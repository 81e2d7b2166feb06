"""What a kind of noise is, and how one is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dialoom.intents.line import Line
from dialoom.registry import Registry


@dataclass(frozen=True, slots=True)
class Noise:
    """A change that people's lines show.

    Attributes:
        make: the line with the change put in once; the line itself where it has no place for it.
        found: whether a text shows it, as far as that can be seen.
    """

    about: str
    make: Callable[[Line, Random], Line]
    found: Callable[[str], bool]


KINDS: Registry[Noise] = Registry("dialoom.intents.noise.kinds", "NOISE", "kind of noise")
