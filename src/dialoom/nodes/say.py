"""`say`: make a dialogue of texts that the record has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._dialogue_field import DIALOGUE, dialogue_value
from dialoom.nodes._replies import turns_in


def _one_speaker(turn: dict[str, Template]) -> dict[str, Template]:
    if len(turn) != 1 or not next(iter(turn)).strip():
        raise ValueError("a turn is a speaker and what is said, such as {User: '{{ question }}'}")
    return turn


Said = Annotated[dict[str, Template], AfterValidator(_one_speaker)]


class Say(Node):
    """Make a dialogue of texts: each turn is a speaker and a template of what is said.

    With `following` they follow the turns of a dialogue that is there. A turn whose text is empty is left out.
    """

    kind: Literal["say"] = "say"
    turns: list[Said] = Field(
        description="The turns, such as [{User: '{{ question }}'}, {Assistant: '{{ answer }}'}].", min_length=1
    )
    following: str | None = Field(default=None, description="The field with the dialogue that goes on.")

    def needs(self) -> Mapping[str, str]:
        return {} if self.following is None else {self.following: "following"}

    def writes(self) -> Mapping[str, Shape]:
        if self.following is not None:
            return {self.field: DIALOGUE}
        turns = {**DIALOGUE["properties"]["turns"], "maxItems": len(self.turns)}
        return {self.field: {**DIALOGUE, "properties": {**DIALOGUE["properties"], "turns": turns}}}

    async def run(self, record: Record, context: Context) -> Fields:
        turns = turns_in(record.fields, self.following) if self.following is not None else []
        for turn in self.turns:
            for speaker, template in turn.items():
                text = template.render(record.fields)
                if text:
                    turns.append(Turn(speaker=speaker, text=text))
        if not turns:
            raise RecordError("no turn of the dialogue has a text")
        return {self.field: dialogue_value(turns)}


NODE = Say
