"""Edits of a line that keep its slots: what is cut out and put in, and where each span lies afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialoom.dialogue import Slot
from dialoom.intents.line import Line

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, and whether it touches a slot's span."""

    text: str
    start: int
    end: int
    held: bool


def words_of(line: Line) -> list[Word]:
    """The words, in order."""
    spans = [(slot.start, slot.end) for slot in line.slots if slot.start is not None and slot.end is not None]
    return [
        Word(found[0], found.start(), found.end(), any(a < found.end() and found.start() < b for a, b in spans))
        for found in _WORD.finditer(line.text)
    ]


def apply(line: Line, edits: Sequence[Edit], name: str) -> Line:
    """The line after these edits, which must not overlap. Spans move with their words.

    An edit that would cut into a span, or put something inside it, is left out: the value is what the label says.
    """
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not any(_cuts(edit, slot) for slot in line.slots) and (not kept or kept[-1].end <= edit.start):
            kept.append(edit)
    if not kept:
        return line
    parts: list[str] = []
    at = 0
    for edit in kept:
        parts += [line.text[at : edit.start], edit.text]
        at = edit.end
    text = "".join(parts) + line.text[at:]
    if text == line.text:
        return line
    slots = tuple(_moved(slot, kept) for slot in line.slots)
    return replace(line, text=text, slots=slots, changes=(*line.changes, name))


def recase(line: Line, change: Callable[[str], str], name: str) -> Line:
    """The line with every character changed by `change`, and its slots' values with it.

    Characters that `change` makes into several, or none, stay as they were: offsets must hold.
    """
    text = "".join(new if len(new := change(c)) == 1 else c for c in line.text)
    if text == line.text:
        return line
    slots = tuple(
        slot.model_copy(update={"value": text[slot.start : slot.end]})
        if slot.start is not None and slot.end is not None
        else slot
        for slot in line.slots
    )
    return replace(line, text=text, slots=slots, changes=(*line.changes, name))


def _cuts(edit: Edit, slot: Slot) -> bool:
    if slot.start is None or slot.end is None:
        return False
    if edit.start == edit.end:
        return slot.start < edit.start < slot.end
    return edit.start < slot.end and slot.start < edit.end


def _moved(slot: Slot, edits: Sequence[Edit]) -> Slot:
    if slot.start is None or slot.end is None:
        return slot
    by = sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.end <= slot.start)
    return slot.model_copy(update={"start": slot.start + by, "end": slot.end + by})
