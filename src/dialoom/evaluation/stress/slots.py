"""What became of each slot of a talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dialoom.evaluation.stress.talk import Talk, Tells, plain, said_in
from dialoom.nodes._user_words import asks_for

How = Literal["right", "wrong", "missing", "asked", "said", "not asked"]


@dataclass(frozen=True, slots=True)
class SlotOutcome:
    """What became of a slot.

    Attributes:
        how: `right`, `wrong` or `missing` where the bot tells slots; else `asked` (it asked for it), `said` (it said
            the value) or `not asked`.
    """

    how: How
    value: str = ""

    @property
    def right(self) -> bool:
        return self.how in ("right", "asked", "said")


def slot_outcomes(talk: Talk, tells: Tells) -> dict[str, SlotOutcome]:
    """By required slot; those left out whose value nobody knows, and all where somebody rightly took over."""
    if talk.demanded and talk.escalated_at is not None:
        return {}
    values = talk.values
    return {name: _outcome(name, values[name], talk, tells) for name in talk.expected["required"] if name in values}


def _outcome(name: str, value: str, talk: Talk, tells: Tells) -> SlotOutcome:
    if tells.slots:
        told = talk.slots.get(name)
        if told is None:
            return SlotOutcome("missing")
        return SlotOutcome("right" if plain(told) == plain(value) else "wrong", told)
    if said_in(value, talk.texts):
        return SlotOutcome("said", value)
    names = [name, *map(str, talk.fields["knows"][name][1:])]
    asked = any(asks_for(text, names) for text in talk.texts)
    return SlotOutcome("asked" if asked else "not asked")
