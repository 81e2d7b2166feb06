"""`set`: fields by templates, without a model and without Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from jinja2 import TemplateSyntaxError
from pydantic import Field, field_serializer, field_validator
from pydantic_core import PydanticCustomError

from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.graph.template import Expression, Template

_ONE_VALUE = re.compile(r"\s*\{\{-?((?:(?!\}\}|\{\{|\{%).)*?)-?\}\}\s*", re.DOTALL)


class SetFields(Node):
    """Give fields values: texts are templates, and all of them read the record as it was before.

    A template that is one `{{ expression }}` and nothing else gives its value, such as a number or a list, and not a
    text. Values other than texts are taken as they are.
    """

    kind: Literal["set"] = "set"
    fields: dict[str, Any] = Field(description="The fields, each with a template or a value.", min_length=1)

    @field_validator("fields")
    @classmethod
    def _parsed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: _parse(name, value) if isinstance(value, str) else value for name, value in fields.items()}

    @field_serializer("fields")
    def _plain(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: _source(value) for name, value in fields.items()}

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} if isinstance(value, Expression) else _shape(value) for name, value in self.fields.items()}

    async def run(self, record: Record, context: Context) -> Fields:
        return {name: _value(value, record.fields) for name, value in self.fields.items()}


def _parse(name: str, text: str) -> Template:
    alone = _ONE_VALUE.fullmatch(text)
    try:
        return Expression(alone[1].strip()) if alone else Template(text)
    except TemplateSyntaxError as error:
        raise PydanticCustomError("template", "{why}", {"why": f"'{name}' does not parse: {error.message}"}) from error


def _source(value: Any) -> Any:
    if isinstance(value, Expression):
        return f"{{{{ {value.source} }}}}"
    return value.source if isinstance(value, Template) else value


def _value(value: Any, fields: Mapping[str, Any]) -> Any:
    if isinstance(value, Expression):
        return value.value(fields)
    return value.render(fields) if isinstance(value, Template) else value


def _shape(value: Any) -> Shape:
    return {"type": "string"} if isinstance(value, Template) else {}


NODE = SetFields
