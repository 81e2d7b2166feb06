"""Requests written by hand: what is unusual about one, and what has to come of it, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from dialoom.errors import RecipeError
from dialoom.evaluation.stress.readers._intents import name_of, told_of
from dialoom.evaluation.stress.scenario import UNKNOWN, Said, Scenario
from dialoom.evaluation.stress.scenarios import Reader, Reading
from dialoom.problems import explain
from dialoom.yaml_file import read_yaml


def _facts(value: Any) -> Any:
    """`{city: Oslo}` as `{city: [Oslo]}`; numbers as the text they are written as."""
    if not isinstance(value, Mapping):
        return value
    return {name: [str(each) for each in (told if isinstance(told, list) else [told])] for name, told in value.items()}


class Request(BaseModel):
    """A request."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    intent: str = UNKNOWN
    say: str | list[str] = Field(default="", description="The first words, or all of the user's turns.")
    goal: str = Field(default="", description="What is wanted, for a simulated user.")
    style: str = ""
    patience: int | None = Field(default=None, ge=1)
    knows: Annotated[dict[str, list[str]], BeforeValidator(_facts)] = Field(default_factory=dict)
    required: list[str] | None = Field(default=None, description="Slots to be filled; left out, all that it knows.")
    escalate: bool | None = Field(default=None, description="Whether the bot has to hand over.")
    confirms: list[str] = Field(default_factory=list, description="What the bot has to say for it to be solved.")
    criticality: Literal["low", "medium", "high", "critical"] | None = None

    @model_validator(mode="after")
    def _says(self) -> Request:
        if not self.say and not self.goal:
            raise ValueError("it has neither 'say' nor 'goal'")
        return self


class Requests(BaseModel):
    """Requests written by hand."""

    model_config = ConfigDict(extra="forbid")

    requests: list[Request] = Field(min_length=1)


def _read(named: str, reading: Reading) -> Iterator[Scenario]:
    data, lines = read_yaml(Path(named), "'requests'")
    try:
        held = Requests.model_validate(data)
    except ValidationError as error:
        raise RecipeError(explain(error, Requests, (), lines)) from error
    for number, each in enumerate(held.requests, 1):
        several = isinstance(each.say, list)
        # A simulated user words a goal itself; a caller has no words but those it is given.
        alone = str(each.say) or (each.goal if reading.side == "caller" else "")
        texts = each.say if isinstance(each.say, list) else [alone] if alone else []
        made = Scenario(
            request=each.name or name_of(each.intent if each.intent != UNKNOWN else "request", number),
            intent=each.intent,
            side="lines" if several else reading.side,
            # In which of several turns the wish comes up is not said.
            lines=[Said(text, "" if several or each.intent == UNKNOWN else each.intent) for text in texts],
            goal=each.goal,
            style=each.style,
            patience=each.patience,
            knows=each.knows,
            required=each.required if each.required is not None else list(each.knows),
        )
        told = told_of(made, reading.taxonomy, Random(f"{reading.seed}/{made.request}"))
        yield replace(
            told,
            escalate=each.escalate if each.escalate is not None else told.escalate,
            confirms=each.confirms,
            criticality=each.criticality or told.criticality,
        )


def _fits(named: str, data: Any) -> bool:
    return isinstance(data, dict) and "requests" in data


READER = Reader("requests written by hand (YAML with `requests`)", _fits, _read)
