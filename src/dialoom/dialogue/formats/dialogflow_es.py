"""Dialogflow ES: an agent with intents, what users say and entities, as a zip archive of JSON files."""

from __future__ import annotations

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
from dialoom.dialogue.formats._written import Written
from dialoom.errors import DataError

_FORM = "dialogflow_es"
_WHAT = "the zip archive of an exported agent, or the folder it unpacks to"
_SAYS = r"intents/([^/]+)_usersays_([A-Za-z-]+)\.json"
_ENTRIES = r"entities/([^/]+)_entries_([A-Za-z-]+)\.json"
_LONGEST = 768
_LONGEST_NAME = 30


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each text that users say.

    The first one carries the agent's settings, intents and entities in the field `dialogflow_es`. The field `language`
    is there where it is not the agent's own.
    """
    members = Members(path, _WHAT)
    agent, called = _agent(members)
    default = str(agent.settings.get("language") or LANGUAGE)
    number = 0
    for name, found in members.matching(_SAYS):
        intent, language = called.get(found[1]) or unquote(found[1]), found[2]
        types = types_of(_parameters(agent.intents.get(intent, {})), "name", "dataType")
        meanings = agent.meanings(language)
        fields: dict[str, Any] = {} if language == default else {"language": language}
        for index, said in enumerate(members.list(name)):
            place = members.place(name, f"[{index}].data")
            try:
                data = said.get("data") if isinstance(said, dict) else None
                text, slots = joined(data, "alias", types, meanings, place)
            except DataError as error:
                if bad is None:
                    raise
                bad(error, to_json(said).decode())
                continue
            number += 1
            beside = fields | ({_FORM: agent.fields()} if number == 1 else {})
            yield read_utterance(path, number, _FORM, text=text, intent=intent, slots=slots, fields=beside)
    if not number and bad is None:
        raise members.missing("text that users say (intents/NAME_usersays_LANGUAGE.json)")


def _agent(members: Members) -> tuple[Agent, dict[str, str]]:
    """What is defined, and how the intents are called, by file."""
    agent = Agent()
    called: dict[str, str] = {}
    for name, _ in members.matching(r"agent\.json"):
        agent.settings = members.object(name)
    says = {name for name, _ in members.matching(_SAYS)}
    for name, found in members.matching(r"intents/([^/]+)\.json"):
        if name not in says:
            definition = members.object(name)
            called[found[1]] = str(definition.get("name") or unquote(found[1]))
            agent.intents[called[found[1]]] = definition
    entries = {name: (unquote(found[1]), found[2]) for name, found in members.matching(_ENTRIES)}
    for name, (entity, language) in entries.items():
        agent.entries.setdefault(entity, {})[language] = members.list(name)
    for name, found in members.matching(r"entities/([^/]+)\.json"):
        if name not in entries:
            agent.entities[unquote(found[1])] = members.object(name)
    return agent, called


def _parameters(intent: dict[str, Any]) -> list[Any]:
    responses = intent.get("responses")
    found = [each.get("parameters") for each in responses if isinstance(each, dict)] if isinstance(responses, list) else []
    return [each for parameters in found if isinstance(parameters, list) for each in parameters]


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """A zip archive that an agent is restored from: intents with what users say, and an entity for each slot.

    White space stays in the parts.
    """
    found = labelled(dialogues, _FORM, _refused)
    files = _files(found)
    result = found.written(path)
    write_archive(files, path)
    return result


def _refused(utterance: Utterance) -> str | None:
    if len(utterance.text) > _LONGEST:
        return f"Dialogflow ES takes texts up to {_LONGEST} characters"
    name = next((each for each in utterance.slot_names if len(each) > _LONGEST_NAME), None)
    return (
        refused(utterance) if name is None else f"Dialogflow ES takes names up to {_LONGEST_NAME} characters: '{name}'"
    )


def _files(found: Labelled) -> dict[str, Any]:
    agent = Agent.kept(found)
    default = agent.settings.get("language") or main_language(found.utterances, LANGUAGE)
    spoken = list(dict.fromkeys(each.language or default for each in found.utterances))
    files: dict[str, Any] = {
        "package.json": {"version": "1.0.0"},
        "agent.json": {
            "displayName": "dialoom",
            "language": default,
            "supportedLanguages": [language for language in spoken if language != default],
            "defaultTimezone": "Etc/UTC",
        }
        | agent.settings,
    }
    types: dict[str, dict[str, str]] = {}
    for intent, utterances in found.by_intent().items():
        definition = agent.intents[intent] = dict(agent.intents.get(intent) or _intent(intent))
        types[intent] = types_of(_parameters(definition), "name", "dataType")
        new = [name for each in utterances for name in each.slot_names if name not in types[intent]]
        types[intent] |= {name: name for name in new}
        first, *others = definition.get("responses") or [{}]
        parameters = [*(first.get("parameters") or []), *(_parameter(intent, name) for name in dict.fromkeys(new))]
        definition["responses"] = [{**first, "parameters": parameters}, *others]
        for language in dict.fromkeys(each.language or default for each in utterances):
            of_language = [each for each in utterances if (each.language or default) == language]
            said = [_said(each, number, language, types[intent]) for number, each in enumerate(of_language)]
            files[f"intents/{file_name(intent)}_usersays_{language}.json"] = said
    agent.learn(found, types, default, {})
    for intent, definition in agent.intents.items():
        files[f"intents/{file_name(intent)}.json"] = definition
    for name, definition in agent.entities.items():
        files[f"entities/{file_name(name)}.json"] = definition or _entity(name)
        for language, entries in agent.entries.get(name, {}).items():
            files[f"entities/{file_name(name)}_entries_{language}.json"] = entries
    return files


def _intent(name: str) -> dict[str, Any]:
    return {
        "id": steady_id("intent", name),
        "name": name,
        "auto": True,
        "contexts": [],
        "responses": [
            {
                "resetContexts": False,
                "action": "",
                "affectedContexts": [],
                "parameters": [],
                "messages": [],
                "speech": [],
            }
        ],
        "priority": 500_000,
        "webhookUsed": False,
        "webhookForSlotFilling": False,
        "fallbackIntent": False,
        "events": [],
    }


def _parameter(intent: str, name: str) -> dict[str, Any]:
    return {
        "id": steady_id("parameter", intent, name),
        "name": name,
        "required": False,
        "dataType": f"@{name}",
        "value": f"${name}",
        "isList": False,
    }


def _entity(name: str) -> dict[str, Any]:
    return {
        "id": steady_id("entity", name),
        "name": name,
        "isOverridable": True,
        "isEnum": False,
        "isRegexp": False,
        "automatedExpansion": True,
        "allowFuzzyExtraction": False,
    }


def _said(utterance: Utterance, number: int, language: str, types: dict[str, str]) -> dict[str, Any]:
    data = [
        {"text": text, "alias": slot.name, "meta": f"@{types[slot.name]}", "userDefined": True}
        if slot
        else {"text": text, "userDefined": False}
        for text, slot in utterance.parts()
    ]
    id = steady_id("said", utterance.intent, language, str(number), utterance.text)
    return {"id": id, "data": data, "isTemplate": False, "count": 0, "lang": language, "updated": 0}


def _fits(shape: Shape) -> bool:
    return shape.has(_SAYS)


FORMAT = Format(
    name=_FORM,
    about="a Dialogflow ES agent: intents, what users say, entities, as a zip archive",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".zip",
)
