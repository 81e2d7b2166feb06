"""Finding the values of gazetteers in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialoom.dialogue import Slot
from dialoom.intents.line import Line


def find_slots(line: Line, gazetteers: Mapping[str, Sequence[str]]) -> Line:
    """The line with spans for the values that stand in it as whole words, whatever their case; of those that overlap
    the longest. Slots that it has already stay, and no new one lies across them."""
    taken = [(slot.start, slot.end) for slot in line.slots if slot.start is not None and slot.end is not None]
    found: list[Slot] = []
    values = sorted(
        ((value, name) for name, all_ in gazetteers.items() for value in all_ if value.strip()),
        key=lambda each: (-len(each[0]), each),
    )
    for value, name in values:
        for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", line.text, re.IGNORECASE):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append((match.start(), match.end()))
                found.append(Slot(name=name, value=match[0], start=match.start(), end=match.end()))
    if not found:
        return line
    return replace(line, slots=tuple(sorted((*line.slots, *found), key=lambda slot: slot.start or 0)))
