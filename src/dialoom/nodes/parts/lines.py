"""`lines`: a speaker whose turns are known beforehand: written in the recipe, or those of a dialogue that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.template import Template
from dialoom.nodes._shown_talks import turns_of
from dialoom.nodes._speaker import Cue, Part, Said, Scene

LINES = "lines"


class Lines(Part):
    """Says given lines, one a turn, and ends the talk when there are no more, whatever its `turns`; nobody is asked.

    So the user's turns of real dialogues can be answered anew, by an assistant with tools for instance.
    """

    kind: Literal["lines"] = Field(default="lines", description="A speaker whose turns are known beforehand.")
    say: list[Template] | None = Field(default=None, min_length=1, description="The lines; an empty one is left out.")
    of: str | None = Field(
        default=None, description="Or the field that holds them: a list of texts, or a dialogue, whose first speaker's."
    )

    @model_validator(mode="after")
    def _one_of(self) -> Lines:
        if (self.say is None) == (self.of is None):
            raise ValueError("give either 'say' or 'of'")
        return self

    def calls_a_turn(self) -> tuple[int, int]:
        return 0, 0

    def needs(self) -> Mapping[str, str]:
        return {} if self.of is None else {self.of: "of"}

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> LinesSpeaker:
        variables = {**scene.fields, "me": me, "others": scene.others(me), "end_mark": ""}
        if self.of is not None:
            lines = _lines_in(scene.fields, self.of)
        else:
            lines = [template.render(variables) for template in self.say or ()]
        return LinesSpeaker(str(me["name"]), [line.strip() for line in lines if line.strip()])


@dataclass(frozen=True)
class LinesSpeaker:
    """Somebody who says these lines in one talk."""

    name: str
    lines: Sequence[str]

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        said = sum(turn.speaker == self.name for turn in so_far)
        if said >= len(self.lines):
            # A turn without words is left out, so that the talk ends with what the other has answered.
            return Said(Turn(speaker=self.name, text=""), LINES, final=True)
        return Said(Turn(speaker=self.name, text=self.lines[said]))


def _lines_in(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name)
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return list(value)
    if isinstance(value, Mapping):
        turns = turns_of({"dialogue": value})
        if turns:
            return [turn.text for turn in turns if turn.speaker == turns[0].speaker]
    raise RecordError(f"'{name}' holds no lines to say", remedy="a list of texts, or a dialogue")


PART = Lines
