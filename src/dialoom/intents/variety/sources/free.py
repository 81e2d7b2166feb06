"""New lines out of a model's own knowledge, shown the real ones and held to a way of beginning from other intents."""

from __future__ import annotations

from random import Random

from dialoom.intents.variety._source import Asked, Brief, Variety

_SHOWN = 5
_OPENED = 0.5


def _ask(brief: Brief, random: Random) -> Asked:
    """A talk in which the intent's name was answered by its lines. A small model drifts line by line in a list, so one
    line is asked for at a time."""
    ground = brief.ground
    shown = ground.examples[:_SHOWN]
    said = f"{ground.name}?"
    about = f" {ground.description.strip()}" if ground.description else ""
    system = f'You play a person who asks an assistant about "{ground.name}".{about} Say it differently each time.'
    # Held to a way of beginning, a small model brings in more and errs more: half of the lines are left free.
    opener = brief.openers.draw(random) if random.random() < _OPENED else ""
    return Asked(
        " ".join([system, *brief.wishes]),
        tuple((said, line.text) for line in shown),
        said,
        opener,
        of=tuple(line.text for line in shown),
    )


VARIETY = Variety("new lines out of a model's own knowledge", ask=_ask)
