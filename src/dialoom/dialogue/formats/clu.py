"""Azure Conversational Language Understanding: a project as JSON, with offsets in UTF-16 code units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import Labelled, labelled
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utf16 import Utf16
from dialoom.dialogue.formats._utterance import Utterance, main_language, read_utterance, values_of
from dialoom.dialogue.formats._whole_json import member, read_object
from dialoom.dialogue.formats._written import Written
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError, Place

_FORM = "clu"
_VERSION = "2022-10-01-preview"
_LANGUAGE = "en-us"
# The service's limits on names and texts (service-limits in Microsoft's documentation).
_NAME = re.compile(r"[^:$&%*()+~#/?]{1,50}")
_LONGEST = 500


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each utterance; `dataset` becomes the field `split`, `language` that of its name.

    Values of list entities become the values of slots. The first dialogue carries definitions of entities, and what
    else the project says, in the field `clu`.
    """
    project = read_object(path)
    here = Place(file=str(path))
    units = member(project, "stringIndexType", str, here) if "stringIndexType" in project else "Utf16CodeUnit"
    if units not in ("Utf16CodeUnit", "UnicodeCodePoint"):
        raise DataError(
            f"offsets are in '{units}'",
            place=Place(file=str(path), field="stringIndexType"),
            remedy="export the project with Utf16CodeUnit",
        )
    assets = member(project, "assets", dict, here)
    utterances = member(assets, "utterances", list, Place(file=str(path), field="assets"))
    kept = _kept(project, assets)
    meanings = _meanings(assets)
    number = 0
    for index, entry in enumerate(utterances):
        place = Place(file=str(path), field=f"assets.utterances[{index}]")
        try:
            dialogue = _utterance(path, number + 1, entry, place, meanings, by_unit=units == "Utf16CodeUnit")
        except DataError as error:
            if bad is None:
                raise
            bad(error, to_json(entry).decode())
            continue
        number += 1
        if number == 1 and kept:
            dialogue.fields[_FORM] = kept
        yield dialogue
    if not number and bad is None:
        raise DataError("the project has no utterances", place=Place(file=str(path), field="assets.utterances"))


def _kept(project: dict[str, Any], assets: dict[str, Any]) -> dict[str, Any]:
    kept = {
        "project": {name: value for name, value in project.items() if name not in ("assets", "stringIndexType")},
        "assets": {name: value for name, value in assets.items() if name != "utterances"},
    }
    return {name: value for name, value in kept.items() if value}


def _meanings(assets: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What a text means, by entity and text, as the lists of entities tell."""
    found: dict[tuple[str, str], str] = {}
    for entity in _objects(assets, "entities"):
        for sublist in _objects(entity.get("list"), "sublists"):
            for synonyms in _objects(sublist, "synonyms"):
                values = synonyms.get("values")
                for text in values if isinstance(values, list) else []:
                    found.setdefault((str(entity.get("category")), str(text)), str(sublist.get("listKey")))
    return found


def _objects(owner: Any, name: str) -> list[dict[str, Any]]:
    """The objects in a list of an object; none where there is no such list."""
    listed = owner.get(name) if isinstance(owner, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _utterance(
    path: Path, number: int, entry: Any, place: Place, meanings: dict[tuple[str, str], str], *, by_unit: bool
) -> Dialogue:
    if not isinstance(entry, dict):
        raise DataError("expected an object", place=place, remedy="write an object with text and intent")
    text = member(entry, "text", str, place)
    offsets = Utf16(text)
    slots = []
    entities = member(entry, "entities", list, place) if entry.get("entities") else []
    for index, entity in enumerate(entities):
        at = Place(file=place.file, field=f"{place.field}.entities[{index}]")
        if not isinstance(entity, dict):
            raise DataError("expected an object", place=at, remedy="write an object with category, offset and length")
        name = member(entity, "category", str, at)
        first = member(entity, "offset", int, at)
        last = first + member(entity, "length", int, at)
        start, end = (offsets.character(first), offsets.character(last)) if by_unit else (first, last)
        if start is None or end is None or not 0 <= start < end <= len(text):
            raise DataError(
                f"the entity '{name}' goes from {first} to {last}, which are no characters of {text[:60]!r}",
                place=at,
                remedy="offset and length count UTF-16 code units: an emoji has two" if by_unit else "count characters",
            )
        said = text[start:end]
        slots.append(Slot(name=name, value=meanings.get((name, said), said), start=start, end=end))
    fields: dict[str, Any] = {}
    if str(entry.get("dataset") or "Train").casefold() != "train":
        fields["split"] = member(entry, "dataset", str, place).casefold()
    if entry.get("language"):
        fields["language"] = member(entry, "language", str, place)
    intent = member(entry, "intent", str, place)
    return read_utterance(path, number, _FORM, text=text, intent=intent, slots=slots, fields=fields)


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """One project, called after the file; of the field `split`, `test` becomes the dataset Test and all else Train.

    A slot's value that is not its text becomes an entry of the entity's list. Names and texts that the service refuses
    are left out.
    """
    found = labelled(dialogues, _FORM, _refused)
    project = _project(found, path)
    result = found.written(path)
    write_lines([to_json(project, indent=2).decode()], path)
    return result


def _refused(utterance: Utterance) -> str | None:
    if Utf16(utterance.text).unit(len(utterance.text)) > _LONGEST:
        return f"CLU takes texts up to {_LONGEST} characters"
    if not _NAME.fullmatch(utterance.intent):
        return f"CLU takes no intent called '{utterance.intent}'"
    name = next((each for each in utterance.slot_names if not _NAME.fullmatch(each)), None)
    return None if name is None else f"CLU takes no entity called '{name}'"


def _project(found: Labelled, path: Path) -> dict[str, Any]:
    utterances = found.utterances
    language = main_language(utterances, _LANGUAGE)
    kept: dict[str, Any] = {}
    assets: dict[str, Any] = {}
    for each in reversed(found.kept):
        kept |= each.get("project") or {}
        assets |= each.get("assets") or {}
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", path.stem)[:50] or "dialoom"
    metadata = {
        "projectKind": "Conversation",
        "projectName": name,
        "language": language,
        "multilingual": len({each.language or language for each in utterances}) > 1,
        "settings": {"confidenceThreshold": 0},
    }
    return {
        "projectFileVersion": _VERSION,
        **kept,
        "stringIndexType": "Utf16CodeUnit",
        "metadata": metadata | (kept.get("metadata") or {}),
        "assets": {
            "projectKind": "Conversation",
            **assets,
            "intents": _intents(assets.get("intents") or [], found),
            "entities": _entities(found, assets, language),
            "utterances": [_entry(each, language) for each in utterances],
        },
    }


def _intents(known: list[dict[str, Any]], found: Labelled) -> list[dict[str, Any]]:
    there = {each["category"]: each for each in known}
    return list(there.values()) + [{"category": name} for name in found.by_intent() if name not in there]


def _entities(found: Labelled, assets: dict[str, Any], language: str) -> list[dict[str, Any]]:
    known = _meanings(assets)
    by_name = {each["category"]: dict(each) for each in assets.get("entities") or []}
    for name, values in values_of(found.utterances, found.left).items():
        entity = by_name.setdefault(name, {"category": name, "compositionSetting": "combineComponents"})
        # Only what a reader would not find out by what is there.
        wrong = {
            value: [text for text in texts if known.get((name, text), text) != value] for value, texts in values.items()
        }
        lists = {value: texts for value, texts in wrong.items() if texts}
        if lists:
            sublists = [
                {"listKey": value, "synonyms": [{"language": language, "values": texts}]}
                for value, texts in lists.items()
            ]
            there = (entity.get("list") or {}).get("sublists") or []
            entity["list"] = {"sublists": [*sublists, *there]}
    return list(by_name.values())


def _entry(utterance: Utterance, language: str) -> dict[str, Any]:
    offsets = Utf16(utterance.text)
    entities = [
        {
            "category": slot.name,
            "offset": offsets.unit(slot.start),
            "length": offsets.unit(slot.end) - offsets.unit(slot.start),
        }
        for slot in utterance.slots
    ]
    return {
        "text": utterance.text,
        "language": utterance.language or language,
        "intent": utterance.intent,
        "entities": entities,
        "dataset": "Test" if (utterance.split or "").casefold() == "test" else "Train",
    }


def _fits(shape: Shape) -> bool:
    return shape.text.startswith("{") and '"projectFileVersion"' in shape.text and '"Conversation"' in shape.text


FORMAT = Format(
    name=_FORM,
    about="an Azure CLU project: intents, entities, utterances with offsets in UTF-16 code units",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".json",
)
