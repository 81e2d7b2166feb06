"""New lines out of a model's own knowledge, shown the real ones and held to a way of beginning from other intents."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.variety._source import Asked, Brief, Variety

_SHOWN = 5


def _make(brief: Brief, random: Random) -> Iterator[Line]:
    """Nothing: without a model nothing new can be written freely, and the other sources make the lines."""
    return iter(())


def _ask(brief: Brief, random: Random) -> Asked:
    """A list to be gone on with. A small model drifts line by line, so one line is asked for at a time."""
    ground = brief.ground
    shown = random.sample(ground.examples, min(_SHOWN, len(ground.examples)))
    about = f"{ground.description.strip()} " if ground.description else ""
    system = f'User requests with the intent "{ground.name}", all of them different. {about}{" ".join(brief.wishes)}'
    turns = tuple((f"Request {number}:", line.text) for number, line in enumerate(shown, 1))
    opener = brief.openers.draw(random)
    return Asked(system.strip(), turns, f"Request {len(shown) + 1}:", opener, of=tuple(line.text for line in shown))


VARIETY = Variety("new lines out of a model's own knowledge", _make, _ask)
