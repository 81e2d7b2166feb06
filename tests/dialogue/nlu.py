"""Labelled utterances for the tests of NLU formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Slot, Turn
from dialoom.dialogue.formats import FORMATS, Written, read_dialogues

names = st.sampled_from(["city", "date", "from_city"])
intents = st.sampled_from(["book", "cancel_all", "greet"])
# Letters, marks, emoji (two code units), brackets, quotes, line ends, controls, and what YAML and CSV make much of.
characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "[](){}:#-|>&*!%@`'\"\\,;=+\t\n\r 😀👩‍🚀é\u0301\u2028\ufeff\x85\x00"
)
texts = st.text(characters, min_size=1, max_size=30)


@st.composite
def labelled(draw: st.DrawFn, *, text: st.SearchStrategy[str] = texts, normalised: bool = False) -> Dialogue:
    """A dialogue of one turn with an intent and slots that do not overlap."""
    said = draw(text)
    cuts = sorted(draw(st.sets(st.integers(0, len(said)), max_size=6)))
    spans = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if start < end]
    slots = []
    for start, end in spans:
        name = draw(names)
        value = said[start:end]
        if normalised and draw(st.booleans()):
            # One meaning for one text, so that formats which keep meanings apart from utterances can hold it.
            value = f"≈{name}≈{value}≈"
        slots.append(Slot(name=name, value=value, start=start, end=end))
    return dialogue(said, draw(intents), slots)


def dialogue(text: str, intent: str | None = "book", slots: Iterable[Slot] = (), **more: Any) -> Dialogue:
    turn = Turn(speaker="user", text=text, intent=intent, slots=list(slots))
    return Dialogue(id=more.pop("id", "d1"), turns=[turn], **more)


def slot(text: str, said: str, name: str = "city", value: str | None = None) -> Slot:
    """The slot of a part of a text."""
    start = text.index(said)
    return Slot(name=name, value=value or said, start=start, end=start + len(said))


def write(dialogues: Iterable[Dialogue], path: Path, form: str) -> Written:
    writer = FORMATS.load(form).write
    assert writer is not None
    written = writer(dialogues, path)
    assert isinstance(written, Written)
    return written


def content(
    dialogues: Iterable[Dialogue],
) -> Counter[tuple[str, str | None, tuple[tuple[str, str, int | None, int | None], ...]]]:
    """What was said, whatever the order."""
    return Counter(
        (turn.text, turn.intent, tuple((each.name, each.value, each.start, each.end) for each in turn.slots))
        for one in dialogues
        for turn in one.turns
    )


def again(dialogues: Iterable[Dialogue], path: Path, form: str) -> list[Dialogue]:
    """What is read back after writing."""
    write(dialogues, path, form)
    return list(read_dialogues(path, form))
