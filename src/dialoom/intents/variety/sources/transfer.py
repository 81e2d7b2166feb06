"""Real lines of an intent nearby, turned into this one by a model: other people's words, places and times come in."""

from __future__ import annotations

from random import Random

from dialoom.intents.line import in_words
from dialoom.intents.variety._source import Asked, Brief, Variety


def _ask(brief: Brief, random: Random) -> Asked | None:
    """Pairs of like lines show what tells the two intents apart; then a further line of the other one is given.

    Nothing where no other intent is near.
    """
    if not brief.neighbours:
        return None
    # The nearest are drawn more often: what an intent is taken for is what its lines have to be told from.
    weights = range(len(brief.neighbours), 0, -1)
    (other,) = random.choices(brief.neighbours, weights)
    line = random.choice(other.lines)
    ground = brief.ground
    system = (
        f'Each request is about "{in_words(other.intent)}". Change it so that it is about "{ground.name}", and keep '
        "the other words."
    )
    about = f'"{ground.name}" means: {ground.description.strip()}' if ground.description else ""
    return Asked(
        " ".join(part for part in (system, about, *brief.wishes) if part),
        tuple((theirs.text, own.text) for theirs, own in other.pairs),
        line.text,
        of=(*(own.text for _, own in other.pairs), line.text),
    )


VARIETY = Variety("real lines of an intent nearby, turned into this one by a model", ask=_ask)
