"""Amazon Lex V2: a bot's intents, slots and slot types, as the zip archive that Lex imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._archive import Members, write_archive
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import Labelled, labelled
from dialoom.dialogue.formats._lex_locale import locale_of
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utf16 import Utf16
from dialoom.dialogue.formats._utterance import Utterance, read_utterance, values_of
from dialoom.dialogue.formats._whole_json import member
from dialoom.dialogue.formats._written import Written
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError

_FORM = "lex_v2"
_WHAT = "the zip archive of an exported bot, or the folder it unpacks to"
_FALLBACK = "FallbackIntent"
_LOCALE = "en_US"
# The pattern of names and the longest value in the service's API model; the longest utterance in its quotas, which
# count UTF-16 code units.
_NAME = re.compile(r"(?:[0-9a-zA-Z][_-]?){1,100}")
_LONGEST = 500
_LONGEST_VALUE = 140
# A reference to a slot. Any other brace would be read as the start of one.
_REFERENCE = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each sample utterance. A reference such as `{city}` stays in the text, as a slot.

    The field `language` has the locale. Slot types, prompts and whatever else a bot has are not read.
    """
    members = Members(path, _WHAT)
    number = 0
    for name, found in members.matching(r"BotLocales/([^/]+)/Intents/[^/]+/Intent\.json"):
        intent = members.object(name)
        called = member(intent, "name", str, members.place(name))
        # It is null for an intent without any.
        samples = member(intent, "sampleUtterances", list, members.place(name)) if intent.get("sampleUtterances") else []
        for index, sample in enumerate(samples):
            try:
                if not isinstance(sample, dict):
                    place = members.place(name, f"sampleUtterances[{index}]")
                    raise DataError("expected an object", place=place, remedy="write an object with 'utterance'")
                text = member(sample, "utterance", str, members.place(name, f"sampleUtterances[{index}]"))
            except DataError as error:
                if bad is None:
                    raise
                bad(error, to_json(sample).decode())
                continue
            number += 1
            slots = [
                Slot(name=each[1], value=each[0], start=each.start(), end=each.end())
                for each in _REFERENCE.finditer(text)
                if each[1]
            ]
            fields = {"language": found[1]}
            yield read_utterance(path, number, _FORM, text=text, intent=called, slots=slots, fields=fields)
    if not number and bad is None:
        raise members.missing("sample utterance (BotLocales/LOCALE/Intents/NAME/Intent.json)")


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """A bot, called after the file, with a locale for each language of the utterances.

    Slots become references, and what they can be a slot type, so that utterances which differ in slot values alone are
    one. What Lex would refuse is left out: names and lengths beyond its own, braces, control characters and line ends,
    and a text that another intent has already.
    """
    found = labelled(dialogues, _FORM, _refused)
    samples = _samples(found)
    files = _files(found, samples, _bot_name(path))
    result = found.left.written(sum(len(texts) for intents in samples.values() for texts in intents.values()), path)
    write_archive(files, path)
    return result


def _refused(utterance: Utterance) -> str | None:
    if locale_of(utterance.language or _LOCALE) is None:
        return f"Lex has no locale for the language '{utterance.language}'"
    if utterance.overlaps():
        return "its slots overlap"
    for kind, names in (("intent", [utterance.intent]), ("slot", utterance.slot_names)):
        bad = next((each for each in names if not _NAME.fullmatch(each) or each == _FALLBACK), None)
        if bad is not None:
            return f"Lex takes no {kind} called '{bad}'"
    literal = "".join(text for text, slot in utterance.parts() if slot is None)
    if "{" in literal or "}" in literal:
        return "a brace, which Lex takes for a slot"
    if _CONTROL.search(utterance.text):
        return "a line end or control character"
    sample = _sample(utterance)
    return f"Lex takes texts up to {_LONGEST} characters" if Utf16(sample).unit(len(sample)) > _LONGEST else None


def _sample(utterance: Utterance) -> str:
    return "".join(f"{{{slot.name}}}" if slot else text for text, slot in utterance.parts())


def _locale(utterance: Utterance) -> str:
    return locale_of(utterance.language or _LOCALE) or _LOCALE


def _samples(found: Labelled) -> dict[str, dict[str, dict[str, None]]]:
    """The sample utterances by locale and intent, each once in its locale, whatever its case."""
    samples: dict[str, dict[str, dict[str, None]]] = {}
    taken: dict[tuple[str, str], str] = {}
    for utterance in found.utterances:
        locale, text = _locale(utterance), _sample(utterance)
        known = taken.get((locale, text.casefold()))
        intent = taken.setdefault((locale, text.casefold()), utterance.intent)
        if intent != utterance.intent:
            found.left.add("Lex takes a text once, and another intent has it", f"{utterance.name}: '{intent}'")
        elif known:
            found.left.add("the same as another once slots are references", utterance.name)
        else:
            samples.setdefault(locale, {}).setdefault(utterance.intent, {})[text] = None
    return samples


def _files(found: Labelled, samples: dict[str, dict[str, dict[str, None]]], bot: str) -> dict[str, Any]:
    files: dict[str, Any] = {
        "Manifest.json": {"metaData": {"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT"}},
        f"{bot}/Bot.json": {
            "name": bot,
            "version": "DRAFT",
            "identifier": _identifier(bot),
            "description": None,
            "dataPrivacy": {"childDirected": False},
            "idleSessionTTLInSeconds": 300,
        },
    }
    for locale, intents in samples.items():
        base = f"{bot}/BotLocales/{locale}"
        files[f"{base}/BotLocale.json"] = {
            "name": locale,
            "identifier": locale,
            "version": "DRAFT",
            "description": None,
            "voiceSettings": None,
            "nluConfidenceThreshold": 0.4,
        }
        files[f"{base}/Intents/{_FALLBACK}/Intent.json"] = _intent(_FALLBACK, [], [], "AMAZON.FallbackIntent")
        for intent, texts in intents.items():
            names = list(dict.fromkeys(each[1] for text in texts for each in _REFERENCE.finditer(text)))
            files[f"{base}/Intents/{intent}/Intent.json"] = _intent(intent, list(texts), names, None)
            for name in names:
                files[f"{base}/Intents/{intent}/Slots/{name}/Slot.json"] = _slot(intent, name)
        of_locale = [each for each in found.utterances if _locale(each) == locale]
        for name, values in values_of(of_locale, found.left).items():
            files[f"{base}/SlotTypes/{name}/SlotType.json"] = _slot_type(name, values, found)
    return files


def _intent(name: str, texts: list[str], slots: list[str], parent: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "identifier": _identifier("intent", name),
        "description": None,
        "parentIntentSignature": parent,
        "sampleUtterances": [{"utterance": text} for text in texts] or None,
        "slotPriorities": [{"slotName": slot, "priority": number} for number, slot in enumerate(slots, start=1)],
    }


def _slot(intent: str, name: str) -> dict[str, Any]:
    # Lex wants a way to ask for every slot, also for one that is optional and never asked for.
    message = {"plainTextMessage": {"value": f"What is the {name}?"}}
    return {
        "name": name,
        "identifier": _identifier("slot", intent, name),
        "description": None,
        "slotTypeName": name,
        "slotConstraint": "Optional",
        "slotValueElicitationSetting": {
            "promptSpecification": {"messageGroupList": [{"message": message, "variations": None}], "maxRetries": 2}
        },
    }


def _slot_type(name: str, values: dict[str, list[str]], found: Labelled) -> dict[str, Any]:
    listed = []
    for value, texts in values.items():
        fitting = [text for text in dict.fromkeys([value, *texts]) if _is_value(text)]
        for text in dict.fromkeys([value, *texts]):
            if text not in fitting and not _REFERENCE.fullmatch(text):
                found.left.remark(
                    f"slot values of more than {_LONGEST_VALUE} characters, left out of the slot type", name
                )
        if fitting:
            synonyms = [{"value": text} for text in fitting[1:]] or None
            listed.append({"sampleValue": {"value": fitting[0]}, "synonyms": synonyms})
    return {
        "name": name,
        "identifier": _identifier("type", name),
        "description": None,
        # A type without values is refused.
        "slotTypeValues": listed or [{"sampleValue": {"value": name}, "synonyms": None}],
        "parentSlotTypeSignature": None,
        "valueSelectionSetting": {"resolutionStrategy": "ORIGINAL_VALUE", "regexFilter": None},
    }


def _is_value(text: str) -> bool:
    return Utf16(text).unit(len(text)) <= _LONGEST_VALUE and not _REFERENCE.fullmatch(text) and bool(text.strip())


def _identifier(*names: str) -> str:
    return sha256("\0".join(names).encode()).hexdigest()[:10].upper()


def _bot_name(path: Path) -> str:
    name = re.sub(r"[^0-9a-zA-Z]+", "_", path.stem).strip("_")[:100]
    return name or "dialoom"


def _fits(shape: Shape) -> bool:
    return shape.has(r"BotLocales/[^/]+/Intents/[^/]+/Intent\.json")


FORMAT = Format(
    name=_FORM,
    about="an Amazon Lex V2 bot: intents with sample utterances, slots and slot types, as a zip archive",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".zip",
)
