"""How a recipe names tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from dialoom.graph.own_code import files_of, name_of, source_of
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._schema import expand_schema


class ToolEntry(PlainNumbers):
    """One tool, or the tools of a file.

    Who answers is a Python function (`call`, or a `from` that names one), or else a model, which simulates the tool.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: str | None = Field(
        default=None,
        alias="from",
        description="`file.py:name`, a function; or a YAML or JSON file beside the recipe: OpenAPI 3, of which each "
        "operation is a tool, or a list of definitions.",
    )
    only: list[str] | None = Field(default=None, min_length=1, description="Of a file: the tools to take, by name.")
    name: str | None = Field(default=None, description="The tool's name.")
    description: str | None = Field(default=None, description="What it does, for the model that calls it.")
    arguments: dict[str, Any] | None = Field(
        default=None, description="JSON schema of its arguments, or its short form such as {city: text}."
    )
    result: dict[str, Any] | None = Field(
        default=None, description="JSON schema of its result, or its short form; left out, text."
    )
    call: str | None = Field(default=None, description="`file.py:name`, the function that answers.")
    model: str | None = Field(default=None, description="The model that simulates it; left out, the node's simulator.")

    _given: Callable[..., Any] | None = PrivateAttr(default=None)

    @field_validator("arguments", mode="before")
    @classmethod
    def _expand_arguments(cls, value: Any) -> Any:
        return {"type": "object", "properties": {}, "additionalProperties": False} if value == {} else _expanded(value)

    @field_validator("result", mode="before")
    @classmethod
    def _expand_result(cls, value: Any) -> Any:
        return value if value == {} else _expanded(value)

    @model_validator(mode="after")
    def _one_of(self) -> ToolEntry:
        if self.source is None:
            if self.name is None:
                raise ValueError("a tool has a 'name', or comes 'from' a file or a function")
            if self.arguments is None and self.call is None:
                raise ValueError(f"the tool '{self.name}' needs 'arguments', or the function to 'call'")
        elif self.is_function:
            if self.call is not None or self.only is not None:
                raise ValueError("'call' and 'only' do not go with a function in 'from'")
        elif self.name or self.description or self.arguments is not None or self.result is not None or self.call:
            raise ValueError("the tools of a file are told there: beside 'from' there is only 'only' and 'model'")
        if self.only is not None and self.source is None:
            raise ValueError("'only' goes with 'from'")
        if self.model is not None and self.function is not None:
            raise ValueError("a function answers, so there is nothing for a 'model' to simulate")
        return self

    @property
    def is_function(self) -> bool:
        """Whether `from` names a function and no file."""
        return self.source is not None and ":" in self.source

    @property
    def function(self) -> str | None:
        """The function that answers, as `file.py:name`."""
        return self.source if self.is_function else self.call

    @property
    def given(self) -> Callable[..., Any] | None:
        """The function itself, for recipes built in Python."""
        return self._given

    def bind(self, function: Callable[..., Any]) -> ToolEntry:
        """Use this function itself."""
        self._given = function
        return self

    def files(self) -> Iterable[Path]:
        """The files that can alter what the tool is and answers."""
        if self.given is not None:
            return []
        if self.function is not None:
            return files_of(self.function)
        return [Path(self.source)] if self.source is not None else []

    def code(self) -> str:
        """The source of a function that was given in Python."""
        return source_of(self._given) if self._given is not None else ""


def _expanded(value: Any) -> Any:
    return value if value is None else expand_schema(value)


def _as_entry(value: Any) -> Any:
    if isinstance(value, str):
        return {"from": value}
    if callable(value) and not isinstance(value, type):
        return ToolEntry.model_validate({"from": name_of(value)}).bind(value)
    if isinstance(value, Mapping) and callable(value.get("call")):
        function = value["call"]
        return ToolEntry.model_validate({**value, "call": name_of(function)}).bind(function)
    return value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


ToolField = Annotated[ToolEntry, BeforeValidator(_as_entry, json_schema_input_type=str | ToolEntry)]
ToolsField = Annotated[
    list[ToolField],
    BeforeValidator(_as_list, json_schema_input_type=str | ToolEntry | list[str | ToolEntry]),
    Field(min_length=1),
]
