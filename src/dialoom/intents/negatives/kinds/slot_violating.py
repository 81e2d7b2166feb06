"""Lines of the intent with a value that its slot cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dialoom.dialogue import Slot
from dialoom.intents.line import Ground, Line
from dialoom.intents.negatives._kind import Negative


def _make(ground: Ground, random: Random) -> Iterator[Line]:
    """The value is one of another slot's. The wrong value's slot is called `invalid:NAME`, so that none is taught as
    right; the intent stays, as the speaker wants the same."""
    values: dict[str, dict[str, None]] = {slot: dict.fromkeys(each) for slot, each in ground.gazetteers.items()}
    for lines in (ground.examples, *ground.others.values()):
        for line in lines:
            for slot in line.slots:
                values.setdefault(slot.name, {})[slot.value] = None
    slotted = [(line, slot) for line in ground.examples for slot in line.slots if slot.start is not None]
    while slotted:
        line, slot = random.choice(slotted)
        right = {value.lower() for value in values[slot.name]}
        wrong = [v for name, all_ in values.items() if name != slot.name for v in all_ if v.lower() not in right]
        if not wrong:
            return
        value = random.choice(wrong)
        assert slot.start is not None
        assert slot.end is not None
        by = len(value) - (slot.end - slot.start)
        kept = [
            each.model_copy(update={"start": each.start + by, "end": each.end + by})
            if each.start is not None and each.end is not None and each.start >= slot.end
            else each
            for each in line.slots
            if each != slot and (each.end is None or each.end <= slot.start or (each.start or 0) >= slot.end)
        ]
        text = line.text[: slot.start] + value + line.text[slot.end :]
        put = Slot(name=f"invalid:{slot.name}", value=value, start=slot.start, end=slot.start + len(value))
        yield Line(text, ground.intent, (*kept, put), "negative:slot_violating", of=(line.text,))


NEGATIVE = Negative("the intent with a value that its slot cannot hold", _make)
