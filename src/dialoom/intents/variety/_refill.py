"""A real line as a template: its spans filled with other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from dialoom.dialogue import Slot
from dialoom.intents.line import Line


def refilled(example: Line, values: Mapping[str, Sequence[str]], variety: str, intent: str, random: Random) -> Line:
    """The example with every span filled anew from its slot's values; a slot without values keeps its own.

    Of spans that overlap the first alone is kept: two values cannot be put into one place.
    """
    parts: list[str] = []
    slots = [slot for slot in example.slots if slot.start is None]
    at = length = 0
    for slot in sorted(example.slots, key=lambda each: (each.start or 0, -(each.end or 0))):
        if slot.start is None or slot.end is None or slot.start < at:
            continue
        before = example.text[at : slot.start]
        value = random.choice(list(values.get(slot.name, ())) or [slot.value])
        parts += [before, value]
        length += len(before)
        slots.append(Slot(name=slot.name, value=value, start=length, end=length + len(value)))
        length += len(value)
        at = slot.end
    return Line("".join(parts) + example.text[at:], intent, tuple(slots), variety, of=(example.text,))
