"""Dialogflow CX: intents and entity types of an agent, as a zip archive of JSON files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._archive import Members, file_name, steady_id, write_archive
from dialoom.dialogue.formats._dialogflow import LANGUAGE, Agent, joined, refused, types_of
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import Labelled, labelled
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utterance import Utterance, main_language, read_utterance
from dialoom.dialogue.formats._whole_json import member
from dialoom.dialogue.formats._written import Written
from dialoom.errors import DataError

_FORM = "dialogflow_cx"
_WHAT = "the zip archive of an exported agent, or the folder it unpacks to"
_PRIORITY = 500_000
# Beyond this a count is a fault, and would be as many dialogues.
_MOST = 10_000


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each training phrase, as often as its `repeatCount` says.

    The first one carries the agent's settings, intents and entity types in the field `dialogflow_cx`; flows, pages and
    webhooks are not read. The field `language` is there where it is not the agent's own.
    """
    members = Members(path, _WHAT)
    agent, called = _agent(members)
    default = str(agent.settings.get("defaultLanguageCode") or LANGUAGE)
    number = 0
    for name, found in members.matching(r"intents/([^/]+)/trainingPhrases/([^/]+)\.json"):
        intent, language = called.get(found[1]) or unquote(found[1]), found[2]
        types = types_of(agent.intents.get(intent, {}).get("parameters"), "id", "entityType")
        meanings = agent.meanings(language)
        fields: dict[str, Any] = {} if language == default else {"language": language}
        phrases = member(members.object(name), "trainingPhrases", list, members.place(name))
        for index, phrase in enumerate(phrases):
            place = members.place(name, f"trainingPhrases[{index}]")
            parts = members.place(name, f"trainingPhrases[{index}].parts")
            try:
                if not isinstance(phrase, dict):
                    raise DataError("expected an object with parts", place=place, remedy="write an object with parts")
                text, slots = joined(phrase.get("parts"), "parameterId", types, meanings, parts)
                times = phrase.get("repeatCount") or 1
                if not isinstance(times, int) or not 1 <= times <= _MOST:
                    raise DataError(
                        f"repeatCount is no number from 1 to {_MOST:,}", place=place, remedy="write how often it was said"
                    )
            except DataError as error:
                if bad is None:
                    raise
                bad(error, to_json(phrase).decode())
                continue
            for _ in range(times):
                number += 1
                beside = fields | ({_FORM: agent.fields()} if number == 1 else {})
                yield read_utterance(path, number, _FORM, text=text, intent=intent, slots=slots, fields=beside)
    if not number and bad is None:
        raise members.missing("training phrase")


def _agent(members: Members) -> tuple[Agent, dict[str, str]]:
    """What is defined, and how the intents are called, by folder."""
    agent = Agent()
    called: dict[str, str] = {}
    for name, _ in members.matching(r"agent\.json"):
        agent.settings = members.object(name)
    for name, found in members.matching(r"intents/([^/]+)/[^/]+\.json"):
        definition = members.object(name)
        called[found[1]] = member(definition, "displayName", str, members.place(name))
        agent.intents[called[found[1]]] = definition
    for name, found in members.matching(r"entityTypes/([^/]+)/[^/]+\.json"):
        agent.entities[unquote(found[1])] = members.object(name)
    for name, found in members.matching(r"entityTypes/([^/]+)/entities/([^/]+)\.json"):
        entries = member(members.object(name), "entities", list, members.place(name))
        agent.entries.setdefault(unquote(found[1]), {})[found[2]] = entries
    return agent, called


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """A zip archive of `agent.json`, intents with their training phrases, and an entity type for each slot.

    Equal phrases of an intent are one, with their number as `repeatCount`. White space stays in the parts. There are no
    flows in it.
    """
    found = labelled(dialogues, _FORM, refused)
    files = _files(found)
    result = found.written(path)
    write_archive(files, path)
    return result


def _files(found: Labelled) -> dict[str, Any]:
    agent = Agent.kept(found)
    default = agent.settings.get("defaultLanguageCode") or main_language(found.utterances, LANGUAGE)
    files: dict[str, Any] = {
        "agent.json": {"displayName": "dialoom", "defaultLanguageCode": default, "timeZone": "Etc/UTC"} | agent.settings
    }
    types: dict[str, dict[str, str]] = {}
    for intent, utterances in found.by_intent().items():
        fresh = {"name": steady_id("intent", intent), "displayName": intent, "priority": _PRIORITY}
        definition = dict(agent.intents.get(intent) or fresh)
        types[intent] = types_of(definition.get("parameters"), "id", "entityType")
        for name in (name for each in utterances for name in each.slot_names):
            if name not in types[intent]:
                types[intent][name] = name
                parameter = {"id": name, "entityType": f"@{name}"}
                definition["parameters"] = [*(definition.get("parameters") or []), parameter]
        phrases = _phrases(intent, utterances, default)
        definition["numTrainingPhrases"] = sum(map(len, phrases.values()))
        agent.intents[intent] = definition
        for language, listed in phrases.items():
            files[f"intents/{file_name(intent)}/trainingPhrases/{language}.json"] = {"trainingPhrases": listed}
    agent.learn(found, types, default, {"languageCode": "language"})
    for intent, definition in agent.intents.items():
        files[f"intents/{file_name(intent)}/{file_name(intent)}.json"] = definition
    for name, definition in agent.entities.items():
        fresh = {"name": steady_id("entity", name), "displayName": name, "kind": "KIND_MAP"}
        files[f"entityTypes/{file_name(name)}/{file_name(name)}.json"] = definition or fresh
        for language, entries in agent.entries.get(name, {}).items():
            files[f"entityTypes/{file_name(name)}/entities/{language}.json"] = {"entities": entries}
    return files


def _phrases(intent: str, utterances: list[Utterance], default: str) -> dict[str, list[dict[str, Any]]]:
    """By language, the training phrases; utterances that differ in what their slots mean alone are one."""

    def key(utterance: Utterance) -> tuple[Any, ...]:
        slots = tuple((slot.name, slot.start, slot.end) for slot in utterance.slots)
        return utterance.language or default, utterance.text, slots

    times = Counter(map(key, utterances))
    phrases: dict[str, list[dict[str, Any]]] = {}
    for same, utterance in {key(each): each for each in utterances}.items():
        language = same[0]
        parts = [{"text": text} | ({"parameterId": slot.name} if slot else {}) for text, slot in utterance.parts()]
        phrase = {"id": steady_id(intent, repr(same)), "parts": parts, "repeatCount": times[same]}
        phrases.setdefault(language, []).append(phrase | {"languageCode": language})
    return phrases


def _fits(shape: Shape) -> bool:
    return shape.has(r"intents/[^/]+/trainingPhrases/[^/]+\.json")


FORMAT = Format(
    name=_FORM,
    about="Dialogflow CX: intents with training phrases and entity types, as a zip archive",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".zip",
)
