"""Slots out of tokens with BIO tags."""

from __future__ import annotations

from typing import Any

from dialoom.dialogue.formats._cells import value_of
from dialoom.dialogue.formats._rows import Row
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError


def slots_of_tokens(row: Row, text_field: str, tokens_field: str, tags_field: str) -> list[Slot]:
    """The slots that the tags of a row mark. The tokens are looked up in the text, one after the other.

    Raises DataError where tokens, tags and text do not fit.
    """
    text = row.first(text_field)
    tokens, tags = _texts(row, tokens_field), _texts(row, tags_field)
    if len(tokens) != len(tags):
        raise DataError(
            f"there are {len(tokens)} tokens and {len(tags)} tags",
            place=row.place(tags_field),
            remedy="write one tag for each token",
        )
    slots: list[Slot] = []
    at = 0
    before = "O"
    for token, tag in zip(tokens, tags, strict=True):
        start = text.find(token, at)
        if start < 0:
            raise DataError(
                f"the token {token!r} is not in the text where it should be",
                place=row.place(tokens_field),
                remedy="write the tokens as they stand in the text, in their order",
            )
        at = start + len(token)
        kind, _, name = tag.partition("-")
        if kind == "I" and before[2:] == name and slots and name:
            slots[-1].end = at
        elif kind in ("B", "I") and name:
            slots.append(Slot(name=name, value="", start=start, end=at))
        elif tag != "O":
            raise DataError(f"'{tag}' is no BIO tag", place=row.place(tags_field), remedy="write O, B-NAME or I-NAME")
        before = tag
    for slot in slots:
        slot.value = text[slot.start : slot.end]
    return slots


def _texts(row: Row, field: str) -> list[str]:
    value: Any = row.values.get(field)
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return value.split()
    found = value_of(row, field)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise DataError("expected a list of texts", place=row.place(field), remedy="write a list of texts")
    return found
