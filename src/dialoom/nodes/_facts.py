"""Facts that a speaker knows, and where they stand in what it says."""

from __future__ import annotations

from collections.abc import Mapping

from dialoom.dialogue import Slot, Turn


def with_facts(turn: Turn, values: Mapping[str, str]) -> Turn:
    """The turn with the values that stand in it, in whatever case, as slots."""
    found = []
    for name, value in values.items():
        start = turn.text.casefold().find(value.casefold())
        if value and start >= 0:
            end = start + len(value)
            found.append(Slot(name=name, value=turn.text[start:end], start=start, end=end))
    return turn.model_copy(update={"slots": found}) if found else turn
