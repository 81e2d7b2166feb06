"""The SNIPS benchmark (Coucke et al. 2018) as published: a JSON object of intents, with texts in marked pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import wrong_type
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utterance import read_utterance
from dialoom.dialogue.formats._whole_json import items_of_lists, member, objects
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError, Place

_START = re.compile(r'\{\s*"[^"]+"\s*:\s*\[\s*\{\s*"data"\s*:')


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each item; a file that is called `validate...` is the split `validation`."""
    fields = {"split": "validation"} if path.name.startswith("validate") else {}
    for number, (intent, item, place) in enumerate(items_of_lists(path, "a list of items"), 1):
        try:
            text, slots = _joined(item, place)
        except DataError as error:
            if bad is None:
                raise
            bad(error, to_json(item).decode())
        else:
            yield read_utterance(path, number, "snips", text=text, intent=intent, slots=slots, fields=dict(fields))


def _joined(item: Any, place: Place) -> tuple[str, list[Slot]]:
    if not isinstance(item, dict):
        raise wrong_type(place, "an object", item)
    text, slots = "", []
    for piece in objects(item, "data", place, "text"):
        said = str(piece["text"])
        if "entity" in piece and said.strip():
            start = len(text) + len(said) - len(said.lstrip())
            value = said.strip()
            slots.append(
                Slot(name=member(piece, "entity", str, place), value=value, start=start, end=start + len(value))
            )
        text += said
    # Some texts of the published files end in white space; the offsets are of the text without that at its start.
    ahead = len(text) - len(text.lstrip())
    for slot in slots:
        slot.start, slot.end = (slot.start or 0) - ahead, (slot.end or 0) - ahead
    if not text.strip():
        raise DataError("the item has no text", place=place, remedy="take it out")
    return text.strip(), slots


def _fits(shape: Shape) -> bool:
    return bool(_START.match(shape.text))


FORMAT = Format(
    name="snips",
    about="the SNIPS benchmark: a JSON object of intents, each a list of texts in pieces with entities",
    read=_read,
    fits=_fits,
    suffix=".json",
)
