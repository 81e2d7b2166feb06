"""A first taxonomy out of labelled data, for people to complete."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from dialoom.intents.taxonomy import Intent, SlotKind, SlotUse, Taxonomy
from dialoom.intents.utterances import Labelled

_VALUES = 20
_REQUIRED = 0.5


def derive_taxonomy(data: Labelled, name: str) -> Taxonomy:
    """The intents, slots and acts that the data has.

    A description is the intent's name in words. A slot's values are those that came most often; an intent requires a
    slot that half of its lines have. Criticality, priority, escalation and decisions are left to people.
    """
    slots: dict[str, Counter[str]] = defaultdict(Counter)
    used: dict[str, Counter[str]] = defaultdict(Counter)
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in data.rows:
        for slot in row.slots:
            slots[slot.name][row.text[slot.start : slot.end]] += 1
        used[row.intent].update({slot.name for slot in row.slots})
        acts[row.intent].update(row.acts)
    counts = data.counts()
    return Taxonomy(
        taxonomy=name,
        acts={act: spoken(act) for act in sorted({act for each in acts.values() for act in each})},
        slots={
            slot: SlotKind(description=spoken(slot), values=[value for value, _ in values.most_common(_VALUES)])
            for slot, values in sorted(slots.items())
        },
        intents={
            intent: Intent(
                description=spoken(intent),
                slots={
                    slot: SlotUse(required=number >= _REQUIRED * counts[intent])
                    for slot, number in used[intent].most_common()
                },
                acts=sorted(acts[intent]),
            )
            for intent in sorted(counts)
        },
        out_of_scope=sorted({row.intent for row in data.outside}),
    )


def spoken(name: str) -> str:
    """A name in words: `lost luggage` of `lost_luggage`, `LostLuggage` or `lost-luggage`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.split(r"[\W_]+", parted)).strip().lower()
