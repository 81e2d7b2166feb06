"""`persona`: whole people for a conversation, field by field by rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from dialoom.dialogue import Persona
from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._drawing import ConditionsField, DistributionField, asking_work, moved
from dialoom.nodes._draws import Draws

_NAME = "name"


class PersonaNode(Node):
    """Write a list of personas, as `converse` reads it: each a name and what else `fields` says of a person.

    A rule is a distribution as in `sample`: a list, weights, a range, a column of a file, a template over the person's
    other fields, a function, or what a model writes. People of one record have different names. With `each`, the
    people have rules of their own beside the common ones, such as a doctor and a patient.
    """

    kind: Literal["persona"] = "persona"
    fields: dict[str, DistributionField] = Field(
        default_factory=dict,
        description="The rules, by the person's field: name, age, gender, occupation, description and any other.",
    )
    count: int = Field(default=2, ge=1, le=20, description="How many people.")
    each: list[dict[str, DistributionField]] | None = Field(
        default=None,
        description="Rules of each person, beside `fields` or in their place.",
        min_length=1,
        max_length=20,
    )
    quota: bool = Field(default=False, description="Keep the shares closely over the run, not only on average.")
    such_that: ConditionsField = Field(
        default_factory=list, description="Conditions that each person must meet; they are drawn anew until they do."
    )
    unique: list[str] = Field(
        default_factory=list, description="Fields that together are never the same for two people of a run."
    )

    _draws: list[Draws] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _built(self) -> PersonaNode:
        if self.each is not None and "count" in self.model_fields_set and self.count != len(self.each):
            raise ValueError(f"'count' is {self.count} and 'each' has {len(self.each)} people: leave out 'count'")
        if self.each is not None and self.unique:
            raise ValueError("'unique' goes with 'fields' alone: with 'each', people have rules of their own")
        self._draws = [Draws({**self.fields, **rules}, self.such_that, self.unique) for rules in (self.each or [{}])]
        for draws in self._draws:
            if _NAME not in draws.names:
                raise ValueError("a person needs a rule for 'name'")
        return self

    def templates(self) -> Iterable[tuple[str, Template]]:
        yield from super().templates()
        for index, draws in enumerate(self._draws):
            for key, template in draws.templates():
                yield self._written_at(index, key), template

    def provides(self) -> frozenset[str]:
        return frozenset(name for draws in self._draws for name in draws.names)

    def needs(self) -> Mapping[str, str]:
        return {
            name: self._written_at(index, key)
            for index, draws in enumerate(self._draws)
            for name, key in draws.needs().items()
        }

    def files(self) -> Iterable[Path]:
        return list(dict.fromkeys(path for draws in self._draws for path in draws.files()))

    def models(self) -> Mapping[str, str]:
        return {
            self._written_at(index, key): name
            for index, draws in enumerate(self._draws)
            for key, name in draws.models().items()
        }

    def writes(self) -> Mapping[str, Shape]:
        names: dict[str, Shape] = {name: {} for draws in self._draws for name in draws.names}
        if any(draws.names != self._draws[0].names for draws in self._draws):
            return {self.field: {"type": "array", "maxItems": self._people}}
        person = {"type": "object", "properties": names, "additionalProperties": False}
        return {self.field: {"type": "array", "items": person, "maxItems": self._people}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        asked = sum(len(self._of(part).models()) for part in range(self._people))
        return asking_work(asked)

    def prepare(self, folder: Path) -> None:
        for index, draws in enumerate(self._draws):
            try:
                draws.prepare(folder)
            except DialoomError as error:
                raise self._moved(index, error) from error

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        for index, draws in enumerate(self._draws):
            yield from (self._moved(index, error) for error in draws.problems())
        names = self._draws[0].listed(_NAME) if self.each is None else None
        if names is not None and len(names) < self._people:
            yield DialoomError(
                f"{self._people} people of one record need different names, and there are {len(names)}",
                place=Place(field="fields.name"),
                remedy="add names, or lower 'count'",
            )

    async def run(self, record: Record, context: Context) -> Fields:
        people: list[dict[str, Any]] = []
        for part in range(self._people):
            drawn = await self._of(part).draw(
                record,
                context,
                quota=self.quota,
                part=part,
                parts=self._people,
                other_than={_NAME: [person[_NAME] for person in people]},
            )
            people.append(_person(drawn))
        return {self.field: people}

    @property
    def _people(self) -> int:
        return self.count if self.each is None else len(self.each)

    def _of(self, part: int) -> Draws:
        return self._draws[0] if self.each is None else self._draws[part]

    def _start(self, index: int, key: str) -> str:
        """Where the rule `key` of a person stands: among its own, or among those of all."""
        own = self.each is not None and (key in self.each[index] or key not in self.fields)
        return f"each[{index}]" if own else "fields"

    def _written_at(self, index: int, key: str) -> str:
        return f"{self._start(index, key)}.{key}"

    def _moved(self, index: int, error: DialoomError) -> DialoomError:
        inside = error.place.field if error.place is not None and error.place.field else ""
        keys = [key for key in self.fields if inside == key or inside.startswith((f"{key}.", f"{key}["))]
        return moved(error, self._start(index, keys[0] if keys else ""))


def _person(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """The person, with numbers that were drawn as texts, such as an age out of a CSV, as numbers."""
    person = {name: value for name, value in drawn.items() if value is not None}
    age = person.get("age")
    if isinstance(age, float) and age != int(age):
        person["age"] = int(age)
    try:
        made = Persona.model_validate(person)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(map(str, detail["loc"]))
        raise RecordError(f"this is no person: {field}: {detail['msg']}, got {detail['input']!r:.60}") from error
    return made.model_dump(exclude_none=True)


NODE = PersonaNode
