"""Rasa's annotated text: `fly to [Rome](city)` or `fly to [there]{"entity": "city", "role": "to", "value": "Rome"}`.

Rasa knows no escape for brackets, so that some texts cannot be written; `annotated` finds out by reading back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from dialoom.dialogue.formats._utterance import Span, Utterance
from dialoom.dialogue.turn import Slot

# As Rasa 3 reads it: the text of an entity has no `]`, its name no `:` and `)`, and its attributes no `}`.
_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+?)\](?:\((?P<name>[^:)]+?)(?::(?P<value>[^)]+))?\)|\{(?P<attributes>[^}]+?)\})"
)
_PLAIN_NAME = re.compile(r"[^\s:()\[\]{}\\\"]+")
ATTRIBUTES = ("role", "group")


def read_annotated(text: str) -> tuple[str, list[Slot], list[dict[str, Any]]]:
    """The bare text, its slots, and for each slot the attributes that a slot has no place for.

    Raises ValueError where the attributes of an entity are not JSON, or hold no name.
    """
    slots: list[Slot] = []
    attributes: list[dict[str, Any]] = []
    bare = ""
    at = 0
    for found in _ANNOTATION.finditer(text):
        bare += text[at : found.start()]
        at = found.end()
        told: dict[str, Any] = {"entity": found["name"], "value": found["value"]}
        if found["attributes"] is not None:
            told = json.loads(f"{{{found['attributes']}}}")
            if not all(isinstance(value, str) for value in told.values()) or not told.get("entity"):
                raise ValueError("expected 'entity' and texts alone")
        said = found["text"]
        value = told.pop("value", None)
        slots.append(Slot(name=told.pop("entity"), value=value or said, start=len(bare), end=len(bare) + len(said)))
        attributes.append(told)
        bare += said
    return bare + text[at:], slots, attributes


def annotated(utterance: Utterance, attributes: Sequence[dict[str, Any]] = ()) -> str | None:
    """The text with its slots marked; None where Rasa would read something else out of it.

    Args:
        attributes: those of each slot that a slot has no place for, such as its role.
    """
    if utterance.overlaps():
        return None
    told = dict(zip(utterance.slots, attributes, strict=False))
    written = "".join(_part(text, slot, told.get(slot, {}) if slot else {}) for text, slot in utterance.parts())
    try:
        bare, slots, _ = read_annotated(written)
    except ValueError:
        return None
    read = tuple(Span(slot.name, slot.value, slot.start or 0, slot.end or 0) for slot in slots)
    return written if (bare, read) == (utterance.text, utterance.slots) else None


def _part(text: str, slot: Span | None, more: dict[str, Any]) -> str:
    if slot is None:
        return text
    attributes = {"entity": slot.name} | {name: more[name] for name in ATTRIBUTES if isinstance(more.get(name), str)}
    if slot.value != text:
        attributes["value"] = slot.value
    if len(attributes) == 1 and _PLAIN_NAME.fullmatch(slot.name):
        return f"[{text}]({slot.name})"
    # A brace inside a value would end the attributes.
    inside = json.dumps(attributes, ensure_ascii=False)[1:-1].replace("}", "\\u007d")
    return f"[{text}]{{{inside}}}"
