"""What both Dialogflows share: texts in parts, intents with parameters, entity types with entries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dialoom.dialogue.formats._labelled import Labelled
from dialoom.dialogue.formats._utterance import Utterance, values_of
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError, Place

LANGUAGE = "en"
# Names of parameters and entity types, which are written as $name and @name.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
Meanings = dict[tuple[str, str], str]
"""What a text means, by entity type and text."""


@dataclass(slots=True)
class Agent:
    """What an agent holds beside training phrases, as its files have it.

    Attributes:
        settings: of the agent.
        intents: definitions by name.
        entities: definitions of entity types by name.
        entries: of entity types, by name and language.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    @classmethod
    def kept(cls, found: Labelled) -> Agent:
        """What readings kept; where several did, the first says what something is."""
        agent = cls()
        for kept in found.kept:
            agent.settings = (kept.get("settings") or {}) | agent.settings
            agent.intents = (kept.get("intents") or {}) | agent.intents
            agent.entities = (kept.get("entities") or {}) | agent.entities
            agent.entries = (kept.get("entries") or {}) | agent.entries
        return agent

    def fields(self) -> dict[str, Any]:
        """For the field that keeps it."""
        return asdict(self)

    def meanings(self, language: str) -> Meanings:
        return {
            key: value
            for name, entries in self.entries.items()
            for key, value in meanings_of(name, entries.get(language) or []).items()
        }

    def learn(self, found: Labelled, types: dict[str, dict[str, str]], language: str, more: dict[str, str]) -> None:
        """Adds to the entity types what the slots can be.

        Args:
            types: by intent, the entity type of each parameter.
            language: of utterances that do not tell theirs.
            more: what an entry holds beside value and synonyms; `language` in it stands for the language.
        """
        for spoken in dict.fromkeys(each.language or language for each in found.utterances):
            typed = [_typed(each, types) for each in found.utterances if (each.language or language) == spoken]
            for name, values in values_of(typed, found.left).items():
                if name.startswith("sys."):
                    continue
                self.entities.setdefault(name, {})
                entries = self.entries.setdefault(name, {})
                beside = {key: spoken if value == "language" else value for key, value in more.items()}
                entries[spoken] = _entries(name, values, entries.get(spoken) or [], beside)


def refused(utterance: Utterance) -> str | None:
    """Why no Dialogflow takes an utterance."""
    if utterance.overlaps():
        return "its slots overlap"
    name = next((each for each in utterance.slot_names if not _NAME.fullmatch(each)), None)
    return None if name is None else f"Dialogflow takes no parameter called '{name}'"


def joined(parts: Any, key: str, types: dict[str, str], meanings: Meanings, place: Place) -> tuple[str, list[Slot]]:
    """The text of parts put together as they stand, and a slot for each part that names a parameter.

    Args:
        parts: objects with `text`.
        key: what names the parameter in a part.
        types: the entity type of each parameter.
        place: of the parts.

    Raises DataError where a part has no text.
    """
    if not isinstance(parts, list):
        raise DataError("expected a list of parts", place=place, remedy="write parts with a text each")
    text = ""
    slots = []
    for index, part in enumerate(parts):
        said = part.get("text") if isinstance(part, dict) else None
        if not isinstance(said, str):
            at = Place(file=place.file, field=f"{place.field}[{index}].text")
            raise DataError("the part has no text", place=at, remedy="write a text for each part")
        name = part.get(key)
        if isinstance(name, str) and name and said:
            value = meanings.get((types.get(name, name), said), said)
            slots.append(Slot(name=name, value=value, start=len(text), end=len(text) + len(said)))
        text += said
    return text, slots


def types_of(parameters: Any, name: str, kind: str) -> dict[str, str]:
    """The entity type of each parameter; `name` and `kind` are the keys that tell them."""
    if not isinstance(parameters, list):
        return {}
    return {
        each[name]: str(each.get(kind) or each[name]).removeprefix("@")
        for each in parameters
        if isinstance(each, dict) and isinstance(each.get(name), str)
    }


def meanings_of(entity: str, entries: Iterable[Any]) -> Meanings:
    """The meanings that the entries of an entity type give to texts; of two the first holds."""
    found: Meanings = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), str):
            continue
        texts = entry.get("synonyms")
        for text in texts if isinstance(texts, list) else []:
            if isinstance(text, str):
                found.setdefault((entity, text), entry["value"])
    return found


def _typed(utterance: Utterance, types: dict[str, dict[str, str]]) -> Utterance:
    own = types.get(utterance.intent, {})
    return replace(
        utterance, slots=tuple(replace(slot, name=own.get(slot.name, slot.name)) for slot in utterance.slots)
    )


def _entries(
    entity: str, values: dict[str, list[str]], there: list[dict[str, Any]], beside: dict[str, str]
) -> list[dict[str, Any]]:
    known = meanings_of(entity, there)
    added = {value: [text for text in texts if known.get((entity, text)) != value] for value, texts in values.items()}
    return [{"value": value, "synonyms": texts} | beside for value, texts in added.items() if texts] + there
