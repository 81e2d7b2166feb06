"""A line that a user might say, with what it means and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dialoom.dialogue import Slot, Turn


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled utterance.

    Attributes:
        slots: values in the text. One with `start` and `end` is a span: `text[start:end] == value`.
        variety: the source of variety it came from; empty for a real line.
        of: the real lines that it was made of.
        changes: what noise did to it, in order.
    """

    text: str
    intent: str
    slots: tuple[Slot, ...] = ()
    variety: str = ""
    of: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    def turn(self, speaker: str = "user") -> Turn:
        """The line as a turn; what is known of its making is in the turn's `meta`."""
        meta: dict[str, object] = {}
        if self.variety:
            meta["variety"] = self.variety
        if self.of:
            meta["of"] = list(self.of)
        if self.changes:
            meta["changes"] = list(self.changes)
        return Turn(speaker=speaker, text=self.text, intent=self.intent, slots=list(self.slots), meta=meta)


def broken_spans(text: str, slots: Sequence[Slot]) -> list[Slot]:
    """The slots whose span does not hold their value."""
    return [
        slot
        for slot in slots
        if slot.start is not None and (slot.end is None or text[slot.start : slot.end] != slot.value)
    ]


@dataclass(frozen=True, slots=True)
class Ground:
    """All that lines of an intent may be made of.

    Attributes:
        description: what is meant, in a sentence; may be empty.
        examples: the real lines there are of the intent.
        others: real lines of other intents, by intent.
        gazetteers: values by slot name.
    """

    intent: str
    description: str = ""
    examples: tuple[Line, ...] = ()
    others: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    gazetteers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The intent's name in words: `lost_luggage` and `LostLuggage` are `lost luggage`."""
        return in_words(self.intent)


def in_words(name: str) -> str:
    """An identifier in lower-case words."""
    spaced = "".join(f" {c}" if c.isupper() and i and name[i - 1].islower() else c for i, c in enumerate(name))
    return " ".join(spaced.replace("_", " ").replace("-", " ").replace(".", " ").replace("/", " ").split()).lower()
