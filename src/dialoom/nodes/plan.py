"""`plan`: decide what a dialogue will be like before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import orjson
from pydantic import BeforeValidator, Field, field_validator, model_validator

from dialoom.dialogue import CHARACTERISTICS, Plan
from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.context import JSON_TRIES, Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.nodes._characteristics import USUAL, Distribution, choose, in_order, wrong_conditions
from dialoom.nodes._draw import place
from dialoom.nodes._prompted import Prompted

_LONGEST_VALUE = 80
_LONGEST_THOUGHTS = 300
_TOKENS = 120
_ROLE = Template(
    "You plan a dialogue before it is written. Think about how its characteristics act on each other, then decide "
    "those that are still open, briefly and so that all of them fit together."
)
_PROMPT = Template(
    """
Topic: {{ topic | default('everyday life') }}
{% if subtopic is defined and subtopic %}Situation: {{ subtopic }}
{% endif %}
{% if scenario is defined and scenario %}Scenario: {{ scenario }}
{% endif %}
{% for persona in personas | default([]) %}
Speaker: {{ persona.name }}{% if persona.description %}, {{ persona.description }}{% endif %}

{% endfor %}
{% for name, value in decided.items() %}
{{ name | replace('_', ' ') }}: {{ value }}
{% endfor %}
Decide: {{ open | join(', ') | replace('_', ' ') }}
"""
)


def _as_names(value: Any) -> Any:
    if value == "all":
        return [name for name in CHARACTERISTICS if name != "topic"]
    if value in (None, "none"):
        return []
    names = [value] if isinstance(value, str) else value
    return list(dict.fromkeys(names)) if isinstance(names, list) else names


class PlanNode(Prompted):
    """Decide the ten characteristics of a dialogue, each drawn from a distribution or reasoned by a model.

    The topic, and age and gender where personas give them, are taken from the record unless `draw` has them. A
    distribution may depend on another characteristic. What is reasoned is decided by the model in sight of everything
    drawn, with its thoughts.
    """

    kind: Literal["plan"] = "plan"
    prompt: Template = Field(default=_PROMPT, description="What to ask; `decided` and `open` can be read in it.")
    system: Template | None = Field(default=_ROLE, description="The system message.")
    draw: dict[str, Distribution] = Field(
        default_factory=dict, description="Distributions of characteristics, in place of the usual ones."
    )
    reason: Annotated[list[str], BeforeValidator(_as_names, json_schema_input_type=str | list[str] | None)] = Field(
        default_factory=list, description="The characteristics that the model decides, or `all`."
    )
    quota: bool = Field(default=False, description="Keep the shares closely over the run, not only on average.")

    @field_validator("draw", "reason")
    @classmethod
    def _known(cls, value: Any) -> Any:
        for name in value:
            if name not in CHARACTERISTICS:
                raise ValueError(f"'{name}' is no characteristic: {nearest(name, CHARACTERISTICS)}")
        return value

    @model_validator(mode="after")
    def _orderly(self) -> PlanNode:
        both = [name for name in self.draw if name in self.reason]
        if both:
            raise ValueError(f"'{both[0]}' is both drawn and reasoned: take it out of 'draw' or of 'reason'")
        return self

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        for name, what, remedy in wrong_conditions(self.draw, CHARACTERISTICS):
            yield DialoomError(what, place=Place(field=f"draw.{name}"), remedy=remedy)
        try:
            list(in_order(self._distributions()))
        except ValueError as error:
            yield DialoomError(str(error), place=Place(field="draw"), remedy="let one of them be drawn without another")

    def provides(self) -> frozenset[str]:
        return frozenset({"decided", "open"})

    def models(self) -> Mapping[str, str]:
        return super().models() if self.reason else {}

    def writes(self) -> Mapping[str, Shape]:
        properties = {name: {"type": "string"} for name in (*CHARACTERISTICS, "thoughts")}
        return {self.field: {"type": "object", "properties": properties, "additionalProperties": False}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        calls = 1 if self.reason else 0
        return Work(calls, calls * JSON_TRIES, 1, self.prompt_tokens(self.prompt), self.max_tokens or _TOKENS)

    async def run(self, record: Record, context: Context) -> Fields:
        given = self._given(record)
        plan: dict[str, str | None] = {name: value for name, value in given.items() if name not in self.reason}
        drawn = self._distributions()
        for name in in_order(drawn):
            if name not in plan:
                at = place(name, CHARACTERISTICS.index(name), self.quota, record, context)
                value = choose(drawn[name], plan, at, context.random(name, "given"))
                plan[name] = None if value is None else str(value)
        if self.reason:
            plan |= await self._reasoned(plan, record, context)
        ordered = {name: plan.get(name) for name in (*CHARACTERISTICS, "thoughts")}
        return {self.field: Plan.model_validate(ordered).model_dump()}

    def usable(self, row: Row) -> bool:
        return not self.reason or self._example_answer(row) is not None

    def _given(self, record: Record) -> dict[str, str]:
        """What the record's own fields say of the plan, where the recipe does not."""
        return {name: value for name, value in _given(record).items() if name not in self.draw}

    def _distributions(self) -> dict[str, Any]:
        return {name: d for name, d in {**USUAL, **self.draw}.items() if name not in self.reason}

    async def _reasoned(
        self, plan: Mapping[str, str | None], record: Record, context: Context
    ) -> dict[str, str | None]:
        decided = {name: value for name, value in plan.items() if value}
        messages = self.messages(
            self.prompt,
            {**record.fields, "decided": decided, "open": self.reason},
            context,
            answer=self._example_answer,
            variables=lambda row: {
                "decided": {n: v for n, v in (row.get(self.field) or {}).items() if n in decided and v},
                "open": self.reason,
            },
        )
        value = {"type": "string", "minLength": 3, "maxLength": _LONGEST_VALUE}
        schema = {
            "type": "object",
            "properties": {
                "thoughts": {**value, "maxLength": _LONGEST_THOUGHTS},
                **dict.fromkeys(self.reason, value),
            },
            "required": ["thoughts", *self.reason],
            "additionalProperties": False,
        }
        answer: dict[str, str | None] = await context.ask_json(self.model, messages, schema, params=self.sampling())
        return answer

    def _example_answer(self, row: Row) -> str | None:
        plan = row.get(self.field)
        if not isinstance(plan, Mapping) or not all(plan.get(name) for name in ("thoughts", *self.reason)):
            return None
        return orjson.dumps({name: plan[name] for name in ("thoughts", *self.reason)}).decode()


def _given(record: Record) -> dict[str, str]:
    """What the record's own fields say of the plan."""
    given: dict[str, str] = {}
    for name in ("subtopic", "scenario", "topic"):
        if isinstance(record.fields.get(name), str):
            given["topic"] = record.fields[name]
            break
    personas = record.fields.get("personas")
    if isinstance(personas, list):
        described = [_age_and_gender(persona) for persona in personas if isinstance(persona, Mapping)]
        if described and all(described):
            given["age_and_gender"] = " and ".join(described)
    return given


def _age_and_gender(persona: Mapping[str, Any]) -> str:
    gender, age = persona.get("gender"), persona.get("age")
    noun = {"female": "a woman", "male": "a man"}.get(str(gender), f"a {gender} person" if gender else "a person")
    return f"{noun} of {age}" if age else (noun if gender else "")


NODE = PlanNode
