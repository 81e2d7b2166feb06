"""A tool: what a model is told of it, and who answers its calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from dialoom.graph.context import Context

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


@dataclass(frozen=True, slots=True)
class Before:
    """A call that was answered earlier in the same talk."""

    tool: str
    arguments: Mapping[str, Any]
    result: Any


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be answered.

    Attributes:
        arguments: they fit the tool's schema.
        before: the calls before it in this talk, of all tools.
        record: the record's fields, the same object for all calls of a visit.
        model: who simulates, where the tool names no model of its own.
        world: what a simulated tool knows of the world, as text.
        params: parameters of a simulating call.
        sample: the candidate that the talk is of.
    """

    arguments: dict[str, Any]
    before: Sequence[Before]
    record: dict[str, Any]
    model: str
    world: str
    params: Mapping[str, Any]
    sample: int


class ToolError(Exception):
    """The tool has no answer to this call; the words are for the model."""


class Answerer(Protocol):
    """Who answers.

    Attributes:
        local: whether that is the user's own code, and no model.
    """

    @property
    def local(self) -> bool: ...

    async def __call__(self, tool: Tool, call: Call, context: Context) -> Any:
        """The result, as JSON. Raises ToolError, and RecordError or Rejected where the record ends with it."""
        ...


@dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes:
        name: as OpenAI allows it.
        arguments: JSON schema of an object.
        result: JSON schema of what it answers; {} where nothing is known of it.
    """

    name: str
    description: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    answer: Answerer

    @property
    def local(self) -> bool:
        """Whether it is answered here, and not by a model."""
        return self.answer.local

    def definition(self) -> dict[str, Any]:
        """What a model is told, in OpenAI's form."""
        told = {"name": self.name, "description": self.description, "parameters": dict(self.arguments)}
        return {"type": "function", "function": told}

    def wrong_arguments(self, arguments: Any) -> str | None:
        """Why these arguments do not fit, in words for the model."""
        return _misfit(self._of_arguments, arguments)

    def wrong_result(self, result: Any) -> str | None:
        """Why this is no result of the tool."""
        return _misfit(self._of_result, result)

    @cached_property
    def _of_arguments(self) -> Validator:
        return _validator(self.arguments)

    @cached_property
    def _of_result(self) -> Validator:
        return _validator(self.result)


def _validator(schema: Mapping[str, Any]) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(dict(schema))


def _misfit(validator: Validator, value: Any) -> str | None:
    from jsonschema.exceptions import best_match

    error = best_match(validator.iter_errors(value))
    if error is None:
        return None
    place = "".join(f"[{part!r}]" for part in error.absolute_path)
    return f"{f'{place}: ' if place else ''}{error.message[:300]}"
