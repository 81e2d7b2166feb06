"""Finding the slots of a turn again in another text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialoom.dialogue import Slot, Turn

# Rasa's form of marking an entity, which models know: [Berlin](city).
_MARK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")


class Lost(ValueError):
    """A text cannot stand for a turn: it lacks a slot, has one twice, or is nothing."""


def spans(turn: Turn) -> list[Slot]:
    """The slots that stand in the turn's text, in their order, each with its span.

    One whose span is not told is looked for by its value; one that is nowhere to be found is left out: its value was
    never said.
    """
    found: list[Slot] = []
    for slot in turn.slots:
        start, end = slot.start, slot.end
        if start is None or end is None:
            match = _said(slot.value).search(turn.text)
            if match is None:
                continue
            start, end = match.span()
        found.append(slot.model_copy(update={"start": start, "end": end}))
    return sorted(found, key=lambda slot: (slot.start or 0, slot.end or 0))


def unsaid(turn: Turn) -> list[Slot]:
    """The slots whose value does not stand in the turn's text."""
    return [slot for slot in turn.slots if None in (slot.start, slot.end) and not _said(slot.value).search(turn.text)]


def place_values(text: str, turn: Turn, held: Sequence[Slot]) -> list[Slot]:
    """The slots with their spans in `text`, where each is said as often as it was. Raises Lost."""
    placed: list[Slot] = []
    taken: list[tuple[int, int]] = []
    for slot in held:
        said = turn.text[slot.start : slot.end]
        ways = [match.span() for match in _said(said).finditer(text)]
        wanted = sum(turn.text[one.start : one.end].casefold() == said.casefold() for one in held)
        if len(ways) < wanted:
            raise Lost(f"the slot '{slot.name}' ({said}) is not in: {text:.80}")
        if len(ways) > max(wanted, len(_said(said).findall(turn.text))):
            raise Lost(f"the slot '{slot.name}' ({said}) is said more often than it was: {text:.80}")
        free = [way for way in ways if not any(way[0] < end and start < way[1] for start, end in taken)]
        if not free:
            raise Lost(f"the slot '{slot.name}' ({said}) is not in: {text:.80}")
        start, end = free[0]
        taken.append((start, end))
        value = text[start:end] if slot.value == said else slot.value
        placed.append(slot.model_copy(update={"start": start, "end": end, "value": value}))
    return placed


def marked(text: str, held: Sequence[Slot]) -> str:
    """The text with each slot as [value](name)."""
    parts, at = [], 0
    for slot in held:
        start, end = slot.start or 0, slot.end or 0
        if start >= at:
            parts += [text[at:start], f"[{text[start:end]}]({slot.name})"]
            at = end
    return "".join(parts) + text[at:]


def read_marks(said: str, held: Sequence[Slot]) -> tuple[str, list[Slot]]:
    """A text without its marks, and the slots that they marked. Raises Lost where these are not those that are held."""
    text, at, placed = "", 0, []
    for mark in _MARK.finditer(said):
        text += said[at : mark.start()]
        placed.append(Slot(name=mark[2], value=mark[1], start=len(text), end=len(text) + len(mark[1])))
        text += mark[1]
        at = mark.end()
    text += said[at:]
    names, wanted = sorted(slot.name for slot in placed), sorted(slot.name for slot in held)
    if names != wanted:
        raise Lost(f"it marks {', '.join(names) or 'no slot'} in place of {', '.join(wanted) or 'none'}: {said:.80}")
    return text, placed


def _said(value: str) -> re.Pattern[str]:
    """The value as words of their own, in whatever case."""
    before = r"(?<!\w)" if value[:1].isalnum() else ""
    after = r"(?!\w)" if value[-1:].isalnum() else ""
    return re.compile(before + re.escape(value) + after, re.IGNORECASE)
