"""How lines are to be: constraints that compose, words of the trade and style guides, as sentences for a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dialoom.errors import DataError, Place
from dialoom.graph.template import Template

_SENTENCES: Mapping[str, str] = {
    "scenario": "The situation: {}.",
    "profile": "The person who speaks: {}.",
    "actions": "They may ask the assistant only to {}.",
    "escalation": "If it cannot be helped, they are passed on to {}.",
    "formality": "They speak in a {} way.",
    "brevity": "They keep it {}.",
    "mood": "Grammatical mood: {}.",
    "pronouns": "Pronouns: {}.",
}
_WORDS_SHOWN = 12


class Wishes(BaseModel):
    """What the lines are to be like. Each is a template over the record's fields, so that a `sample` or `plan` before
    can vary it; all that are given hold at once."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    scenario: Template | None = Field(default=None, description="The situation in which it is said.")
    profile: Template | None = Field(default=None, description="Who says it: goals, expertise, way of speaking.")
    actions: Template | None = Field(default=None, description="What may be asked of the assistant.")
    escalation: Template | None = Field(default=None, description="To whom it goes where the assistant cannot help.")
    formality: Template | None = Field(default=None, description="Such as formal, casual.")
    brevity: Template | None = Field(default=None, description="Such as short, or under ten words.")
    mood: Template | None = Field(default=None, description="Interrogative, imperative or declarative.")
    pronouns: Template | None = Field(default=None, description="Such as first person, or none.")

    def sentences(self, fields: Mapping[str, Any]) -> list[str]:
        """Those that are given, in words; one that renders to nothing is left out."""
        found = []
        for name, sentence in _SENTENCES.items():
            template: Template | None = getattr(self, name)
            said = template.render(fields).strip() if template is not None else ""
            if said:
                found.append(sentence.format(said))
        return found


def read_words(path: Path, where: str) -> tuple[str, ...]:
    """The lines of a lexicon or gazetteer, without blank ones and those that begin with `#`.

    Raises DataError, its place in the node, where it cannot be read or holds nothing.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}", place=Place(field=where)) from error
    words = tuple(dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#")))
    if not words:
        raise DataError(f"{path} holds nothing", place=Place(field=where), remedy="one value a line")
    return words


def words_wished(lexicons: Mapping[str, Sequence[str]], random: Any) -> list[str]:
    """Sentences that put some words of each lexicon before the model."""
    return [
        f"Words of the {name}: {', '.join(random.sample(list(words), min(_WORDS_SHOWN, len(words))))}."
        for name, words in lexicons.items()
    ]


def words_used(text: str, lexicons: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The words of each lexicon that stand in a text."""
    padded = f" {' '.join(text.lower().replace(',', ' ').replace('.', ' ').replace('?', ' ').split())} "
    found = {name: [word for word in words if f" {word.lower()} " in padded] for name, words in lexicons.items()}
    return {name: words for name, words in found.items() if words}
