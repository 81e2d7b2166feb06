"""What a source of variety is, and how one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.neighbours import Neighbour
from dialoom.intents.noise import Rates
from dialoom.intents.openers import Openers
from dialoom.registry import Registry


@dataclass(frozen=True)
class Brief:
    """What a source is given.

    Attributes:
        rates: noise fitted to real lines.
        wishes: sentences that say how the lines are to be: constraints, style guides, words of the trade.
        neighbours: the intents whose real lines look most like this one's, the nearest first.
    """

    ground: Ground
    rates: Rates = field(default_factory=Rates)
    wishes: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()

    @cached_property
    def openers(self) -> Openers:
        """How people begin, in the real lines of other intents."""
        return Openers.of({intent: [line.text for line in lines] for intent, lines in self.ground.others.items()})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a model for one line.

    Attributes:
        system, turns: the messages; `turns` are (said, answered) pairs that show what is wanted.
        last: what is said now.
        opener: how the answer has to begin; empty for any way. A server with grammars is held to it.
        of: the real lines that were shown.
    """

    system: str
    turns: tuple[tuple[str, str], ...]
    last: str
    opener: str = ""
    of: tuple[str, ...] = ()


def nothing(brief: Brief, random: Random) -> Iterator[Line]:
    """What a source makes that needs a model: the other sources make the lines."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Variety:
    """A source of variety.

    Attributes:
        about: one line for help texts.
        make: endless lines made without a model, or none where the ground gives nothing to make them of.
        ask: a question whose answer is a line, or None where the brief gives nothing to ask by; None for a source that
            needs no model.
    """

    about: str
    make: Callable[[Brief, Random], Iterator[Line]] = nothing
    ask: Callable[[Brief, Random], Asked | None] | None = None


SOURCES: Registry[Variety] = Registry("dialoom.intents.variety.sources", "VARIETY", "source of variety")


def unlike(lines: Iterator[Line], known: Sequence[str], count: int, patience: int = 20) -> list[Line]:
    """The first `count` lines whose text is not among those known nor among each other; fewer where `patience` tries
    for each bring no more."""
    seen = {" ".join(text.lower().split()) for text in known}
    found: list[Line] = []
    for number, line in enumerate(lines):
        key = " ".join(line.text.lower().split())
        if key and key not in seen:
            seen.add(key)
            found.append(line)
        if len(found) >= count or number >= patience * max(count, 1):
            break
    return found
