"""Schema-Guided Dialogue (Rastogi et al. 2020): JSON lists of service dialogues with intents, slots and acts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, read_each, wrong_type
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._whole_json import member, objects
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Slot, ToolCall, Turn
from dialoom.errors import DataError, Place

_FILE = r"dialogues_\d+\.json"
# The service's side is called SYSTEM there, which in a chat is who gives the instructions.
_SPEAKERS = {"USER": "user", "SYSTEM": "assistant"}
_NAMES = ("dialogue_id", "services", "frames", "utterance")
_NO_INTENT = "NONE"
# What turns an intent into what a user turn says.
_INTENT_ACTS = {"INFORM_INTENT", "AFFIRM_INTENT"}


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A file, or a folder with files such as `dialogues_001.json`, in the order of their names.

    Turns have the acts of all their actions, once each and in order, in lower case; user turns that say what they are
    after have that `intent`; slots have their spans, and those without a span (yes or no, numbers) their value alone.
    Service calls are tool calls with their results. `meta` keeps the dialogue state by service; the field `services`
    names them.
    """
    files = sorted(each for each in path.iterdir() if re.fullmatch(_FILE, each.name)) if path.is_dir() else [path]
    if not files:
        raise DataError("there is no dialogues_001.json or the like in it", place=Place(file=str(path)))
    for file in files:
        yield from read_each(file, bad, _dialogue)


def _dialogue(row: Row, _: int) -> Dialogue:
    turns = objects(row.values, "turns", row.place(), "speaker", "utterance")
    return Dialogue(
        id=row.first("dialogue_id"),
        turns=[_turn(turn, row.place(f"turns[{index}]")) for index, turn in enumerate(turns)],
        fields={"services": row.values.get("services", []), **row.rest("dialogue_id", "turns", "services")},
        lineage=Lineage(provenance="real", source=f"{row.path.name} (sgd)"),
    )


def _turn(turn: dict[str, Any], place: Place) -> Turn:
    frames = objects(turn, "frames", place, "service")
    text = turn["utterance"]
    acts: list[str] = []
    slots: list[Slot] = []
    calls: list[ToolCall] = []
    states: dict[str, Any] = {}
    for index, frame in enumerate(frames):
        here = Place(file=place.file, line=place.line, field=f"{place.field}.frames[{index}]")
        actions = objects(frame, "actions", here, "act")
        acts += [action["act"] for action in actions]
        slots += _slots(frame, actions, text, here)
        if "state" in frame:
            states[frame["service"]] = member(frame, "state", dict, here)
        if "service_call" in frame:
            calls.append(_call(frame, here))
    meta: dict[str, Any] = {"services": [frame["service"] for frame in frames]}
    return Turn(
        speaker=_SPEAKERS.get(turn["speaker"], turn["speaker"]),
        text=text,
        intent=_intent(states, acts),
        slots=slots,
        acts=[act.lower() for act in dict.fromkeys(acts)],
        tool_calls=calls,
        meta=meta | ({"state": states} if states else {}),
    )


def _slots(frame: dict[str, Any], actions: list[dict[str, Any]], text: str, place: Place) -> list[Slot]:
    spans: dict[str, list[Slot]] = {}
    for index, span in enumerate(objects(frame, "slots", place, "slot")):
        here = Place(file=place.file, line=place.line, field=f"{place.field}.slots[{index}]")
        if span.get("copy_from"):
            # The value of another slot is said again in other words, without a span.
            continue
        start, end = member(span, "start", int, here), member(span, "exclusive_end", int, here)
        if not 0 <= start < end <= len(text):
            what = f"the slot '{span['slot']}' goes from {start} to {end}, and the text has {len(text)} characters"
            raise DataError(what, place=here, remedy="offsets count characters from 0")
        spans.setdefault(span["slot"], []).append(Slot(name=span["slot"], value=text[start:end], start=start, end=end))
    found = [slot for slots in spans.values() for slot in slots]
    for action in actions:
        name, values = action.get("slot"), action.get("values") or []
        if not name or name in spans or action["act"] in _INTENT_ACTS | {"INFORM_COUNT", "OFFER_INTENT"}:
            continue
        if not isinstance(values, list):
            raise wrong_type(place, "a list of values", values)
        # One value in several forms: the first is the one that was said.
        if values and not any(slot.name == name for slot in found):
            found.append(Slot(name=name, value=str(values[0])))
    return found


def _call(frame: dict[str, Any], place: Place) -> ToolCall:
    call = member(frame, "service_call", dict, place)
    return ToolCall(
        name=member(call, "method", str, place),
        arguments=call.get("parameters") or {},
        result=frame.get("service_results"),
    )


def _intent(states: dict[str, Any], acts: list[str]) -> str | None:
    """What a user is after, where the turn says so: most turns of a talk only go on with it."""
    if not _INTENT_ACTS & set(acts):
        return None
    active = [state.get("active_intent") for state in states.values()]
    return next((intent for intent in active if isinstance(intent, str) and intent != _NO_INTENT), None)


def _fits(shape: Shape) -> bool:
    if shape.head:
        # Told before its rows are: they have turns, as those of other formats have.
        return shape.text[:1] in ("[", "{") and all(f'"{name}"' in shape.text for name in _NAMES)
    return shape.has(_FILE)


FORMAT = Format(
    name="sgd",
    about="Schema-Guided Dialogue: dialogues_001.json and the like, with intents, slots and acts (read only)",
    read=_read,
    fits=_fits,
    suffix=".json",
)
