"""The form in which a bot is spoken to, as data: a template of what is posted, and expressions that read the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialoom.errors import RecipeError, RecordError
from dialoom.graph.template import Expression, Template
from dialoom.problems import explain
from dialoom.registry import Registry
from dialoom.yaml_file import read_yaml


@dataclass(frozen=True, slots=True)
class Heard:
    """What a bot answered; None for what it does not tell.

    Attributes:
        slots: values by name, those that it holds as empty left out.
        escalated: whether it has handed over.
    """

    text: str
    intent: str | None = None
    slots: Mapping[str, str] | None = None
    escalated: bool | None = None
    status: int = 200
    seconds: float = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)


class Unreadable(Exception):
    """The answer is not of the shape."""


class Shape(BaseModel):
    """How a bot is spoken to.

    `body` is rendered with `session`, `text` (the message), `messages` (the talk in OpenAI's form, the message last),
    `turn` (from 1) and `params` (the part's own), and has to be JSON. The expressions read `answer`, the parsed body of
    the reply, and `state`, that of a second question, where `state` gives its address. One that has no value for an
    answer tells nothing.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    about: str = ""
    body: Template = Field(description="What is posted: a template of JSON.")
    state: Template | None = Field(
        default=None,
        description="An address that is asked (GET) after each answer for what the bot knows; `origin` (scheme and "
        "host of the bot's URL), `url` and `session` can be read in it.",
    )
    text: Expression = Field(description="The answer's text; of several messages, joined.")
    intent: Expression | None = Field(default=None, description="The intent that the bot took the message for.")
    slots: Expression | None = Field(default=None, description="An object: what it knows by now, by slot.")
    escalated: Expression | None = Field(default=None, description="Whether it has handed over.")

    def __init__(self, **fields: Any) -> None:
        # So that a file of `shapes/` reads as the YAML of a user's own.
        super().__init__(**fields)

    def request(self, variables: Mapping[str, Any]) -> bytes:
        """What is posted. Raises RecordError where the template gives no JSON."""
        text = self.body.render(variables)
        try:
            return orjson.dumps(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            raise RecordError(
                f"the shape's body is no JSON: {error}", remedy="write values as {{ text | tojson }}"
            ) from error

    def read(self, raw: bytes, state: Any, status: int, seconds: float) -> Heard:
        """What the bot answered. Raises Unreadable."""
        try:
            answer = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"the answer is no JSON: {raw[:80].decode(errors='replace')!r}") from error
        fields = {"answer": answer, "state": state}
        text = _value(self.text, fields)
        if not isinstance(text, str):
            raise Unreadable(f"the answer has no text: {raw[:80].decode(errors='replace')!r}")
        intent, slots, escalated = (_value(each, fields) for each in (self.intent, self.slots, self.escalated))
        return Heard(
            text=text.strip(),
            intent=intent if isinstance(intent, str) and intent else None,
            slots=_slots(slots) if isinstance(slots, Mapping) else None,
            escalated=None if escalated is None else bool(escalated),
            status=status,
            seconds=seconds,
        )


SHAPES: Registry[Shape] = Registry("dialoom.nodes._bots.shapes", "SHAPE", "shape of a bot's endpoint")


def read_shape(path: Path) -> Shape:
    """A shape of the user's own, from a YAML file.

    Raises DataError for a file that cannot be read, RecipeError with file, line and field of what is wrong in it.
    """
    data, lines = read_yaml(path, "'body' and 'text'")
    try:
        return Shape.model_validate(data)
    except ValidationError as error:
        raise RecipeError(explain(error, Shape, (), lines)) from error


def _value(expression: Expression | None, fields: Mapping[str, Any]) -> Any:
    if expression is None:
        return None
    try:
        return expression.value(fields)
    except RecordError:
        # That an answer does not tell something is usual: bots leave out what they do not know.
        return None


def _slots(slots: Mapping[Any, Any]) -> dict[str, str]:
    return {
        str(name): str(value) if not isinstance(value, (list, Mapping)) else orjson.dumps(value).decode()
        for name, value in slots.items()
        if value not in (None, "", [], {})
    }
