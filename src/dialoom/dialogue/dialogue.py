"""The thing that is made: an ordered list of turns with what is known about them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.persona import Persona
from dialoom.dialogue.plan import Plan
from dialoom.dialogue.script import write_script
from dialoom.dialogue.turn import Turn

_SHOWN: dict[str, Any] = {
    "id": None,
    "turns": [],
    "plan": None,
    "summary": None,
    "personas": [],
    "topic": None,
    "lineage": {},
}


class Dialogue(BaseModel):
    """A dialogue.

    `fields` holds whatever else its record carried (subtopic, style, a text that is no dialogue), so that nothing a
    graph wrote is lost. JSON written by `to_json` reads back to an equal dialogue.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    turns: list[Turn] = Field(default_factory=list)
    topic: str | None = None
    scenario: str | None = None
    personas: list[Persona] = Field(default_factory=list)
    style: str | None = None
    plan: Plan | None = None
    summary: str | None = None
    tags: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)
    lineage: Lineage = Field(default_factory=Lineage)

    def speakers(self) -> list[str]:
        """The speakers in the order of their first turns."""
        return list(dict.fromkeys(turn.speaker for turn in self.turns))

    def text(self) -> str:
        """The utterances alone, one a line, without speakers: what metrics read."""
        return "\n".join(turn.text for turn in self.turns)

    def script(self) -> str:
        """`Speaker: text`, one turn a line: what a person or a prompt reads."""
        return write_script(self.turns)

    def to_json(self) -> str:
        """One JSON object on one line.

        `id`, `turns`, `plan`, `summary`, `personas`, `topic` and `lineage` are always there, with `provenance` in the
        lineage; all else only where it differs from its default. Numbers that JSON lacks (NaN, infinities) become null.
        """
        held = self.model_dump(mode="json", exclude_defaults=True)
        shown = {name: held.pop(name, empty) for name, empty in _SHOWN.items()}
        shown["lineage"] = {"provenance": self.lineage.provenance} | shown["lineage"]
        return to_json(shown | held, inf_nan_mode="null").decode()

    @classmethod
    def from_json(cls, line: str | bytes) -> Dialogue:
        """The dialogue that `to_json` wrote. Raises pydantic.ValidationError on anything else."""
        return cls.model_validate_json(line)
