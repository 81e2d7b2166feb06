"""`locate`: find the turn of a dialogue in which an intent is said, label it, and see that it is not the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError

from dialoom.dialogue import Turn, write_script
from dialoom.errors import DialoomError, Place, RecordError, Rejected
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.intents.line import Line
from dialoom.intents.noise.edit import Edit, apply
from dialoom.intents.slots import find_slots
from dialoom.nodes._grounds import Grounds
from dialoom.nodes._wishes import read_words

_BRIDGES = ("oh, and", "by the way,", "one more thing,", "actually,", "also,", "and another thing,")


class Locate(Node):
    """Label the turn in which the record's intent is said: the likeliest of the speaker's by what real lines teach.

    Where no turn from `past` on says it, the line of the field `put` is said next in the talk, in a way that turns
    to it from what was said before, and the talk ends there; without `put` the record is rejected.
    """

    kind: Literal["locate"] = "locate"
    of: str = Field(default="dialogue", description="The field with the dialogue.")
    intent: str = Field(default="intent", description="The field with the intent's name.")
    speaker: str = Field(default="user", description="Who says it.")
    past: int = Field(default=2, ge=0, description="Turns that come before it, at least.")
    put: str | None = Field(default=None, description="A field that holds a line of the intent, as `utterances` makes.")
    real: Path = Field(description="Real lines of all intents, rows with text and intent.")
    gazetteers: dict[str, Path] = Field(default_factory=dict, description="Values of slots to find in it, one a line.")
    rare: int = Field(default=5, ge=1, description="Examples that such an intent has.")
    precision: float = Field(default=0.95, gt=0.5, lt=1, description="How often the turn is to be the right one.")

    _grounds: Grounds | None = PrivateAttr(default=None)
    _values: dict[str, Sequence[str]] = PrivateAttr(default_factory=dict)

    def needs(self) -> Mapping[str, str]:
        return {self.of: "of", self.intent: "intent"} | ({self.put: "put"} if self.put else {})

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        if self.put == self.of:
            yield DialoomError(
                "a line is put into the dialogue, not the dialogue into itself", place=Place(field="put")
            )

    def prepare(self, folder: Path) -> None:
        self._grounds = Grounds.read(folder / self.real, self.rare, self.precision)
        self._values = {name: read_words(folder / path, f"gazetteers.{name}") for name, path in self.gazetteers.items()}

    async def run(self, record: Record, context: Context) -> Fields:
        intent = str(record.fields[self.intent])
        turns = _turns(record.fields[self.of], self.of)
        place = self._place(turns, intent)
        if place is not None:
            line = find_slots(Line(turns[place].text, intent, tuple(turns[place].slots)), self._values)
            turns[place] = turns[place].model_copy(update={"intent": intent, "slots": list(line.slots)})
            context.note("the intent is said", turn=place, put=False)
        elif self.put is not None:
            turns, place = self._said(turns, _turns(record.fields[self.put], self.put), context)
            context.note("the intent is said", turn=place, put=True)
        else:
            raise Rejected(f"no turn from number {self.past + 1} on says {intent}")
        told = [turn.model_dump(exclude_defaults=True) for turn in turns]
        return {self.field: {"turns": told, "script": write_script(turns)}}

    def _place(self, turns: Sequence[Turn], intent: str) -> int | None:
        """The turn that says it; None where none does clearly."""
        assert self._grounds is not None
        verifier = self._grounds.verifier
        if intent not in verifier.first.intents:
            raise RecordError(f"there is no real line of '{intent}'", remedy="add its examples to 'real'")
        places = [at for at, turn in enumerate(turns) if at >= self.past and turn.speaker == self.speaker]
        if not places:
            return None
        likely = verifier.first.probabilities([turns[at].text for at in places])
        mine = verifier.first.intents.index(intent)
        best = int(likely[:, mine].argmax())
        clear = likely[best].argmax() == mine and likely[best, mine] >= verifier.thresholds.probability
        return places[best] if clear else None

    def _said(self, turns: Sequence[Turn], put: Sequence[Turn], context: Context) -> tuple[list[Turn], int]:
        if not put:
            raise RecordError(f"'{self.put}' holds no line")
        after = [at for at, turn in enumerate(turns) if at + 1 >= self.past and turn.speaker != self.speaker]
        if not after:
            raise Rejected(f"nobody but {self.speaker} speaks before turn {self.past + 1}")
        random = context.random("put")
        at = random.choice(after) + 1
        said = put[0]
        line = Line(said.text, said.intent or "", tuple(said.slots))
        bridged = apply(line, [Edit(0, 0, f"{random.choice(_BRIDGES)} ")], "bridge")
        turn = replace(bridged, variety=str(said.meta.get("variety", ""))).turn(self.speaker)
        return [*turns[:at], turn], at


def _turns(value: Any, where: str) -> list[Turn]:
    try:
        return [Turn.model_validate(turn) for turn in value["turns"]]
    except (TypeError, KeyError, ValidationError) as error:
        raise RecordError(f"'{where}' holds no dialogue") from error


NODE = Locate
