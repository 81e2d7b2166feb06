"""A Python function as a tool: its schema from signature and docstring, its calls in a thread."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.nodes._tools.tool import Call, Tool, ToolError
from dialoom.nodes._user_code import Overdue, Raised, call_function, json_of

# A parameter of this name is no argument: it gets the record's fields.
RECORD = "record"
_SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?):\s*$|^:\w+", re.MULTILINE)
_ARGUMENT = re.compile(
    r"^ +\*{0,2}(\w+)(?: *\([^)]*\))?: *(.+(?:\n(?: {6,}|\t\t).+)*)$|^:param (?:\w+ )?(\w+): *(.+)$", re.M
)


def function_tool(
    function: Callable[..., Any], call: str, seconds: float, field: str, *, told: Mapping[str, Any] | None = None
) -> Tool:
    """The tool that a function is.

    Its arguments are those of the function, typed by their annotations; what it returns is typed by its own. The
    description is its docstring up to the first section, and those of the arguments are in its `Args:` or `:param`.

    Args:
        seconds: how long a call may take.
        told: name, description, arguments and result that stand in the recipe instead.

    Raises DialoomError at `field`.
    """
    place = Place(field=field)
    told = told or {}
    doc = inspect.cleandoc(function.__doc__ or "")
    try:
        model = _arguments_of(function, doc)
        arguments = told.get("arguments") or _without_titles(model.model_json_schema())
        result = told["result"] if told.get("result") is not None else _without_titles(_result_of(function))
    except (
        PydanticSchemaGenerationError,
        PydanticUndefinedAnnotation,
        PydanticUserError,
        NameError,
        ValueError,
    ) as error:
        why = str(error).splitlines()[0]
        raise DialoomError(f"{call} cannot be a tool: {why}", place=place, remedy=_REMEDY) from error
    section = _SECTION.search(doc)
    return Tool(
        name=str(told.get("name") or getattr(function, "__name__", call.rpartition(":")[2])),
        description=told.get("description") or " ".join(doc[: section.start() if section else None].split()),
        arguments=arguments,
        result=result,
        answer=_FunctionAnswer(function, call, model, seconds),
    )


_REMEDY = "annotate its arguments with types that JSON has, such as str, int, Literal, list[str] or a pydantic model"


def _arguments_of(function: Callable[..., Any], doc: str) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    about = {found[1] or found[3]: " ".join((found[2] or found[4]).split()) for found in _ARGUMENT.finditer(doc)}
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == RECORD:
            continue
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise ValueError(f"its argument '{name}' has no name that a call can give")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints.get(name, Any), Field(default, description=about.get(name)))
    return create_model("Arguments", __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=False), **fields)


def _result_of(function: Callable[..., Any]) -> dict[str, Any]:
    returned = get_type_hints(function, include_extras=True).get("return", Any)
    return TypeAdapter(returned).json_schema(mode="serialization")


def _without_titles(schema: Any) -> Any:
    """pydantic repeats each name as a title, which costs tokens."""
    if isinstance(schema, Mapping):
        return {
            key: {name: _without_titles(item) for name, item in value.items()}
            if key in ("properties", "$defs")
            else _without_titles(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_without_titles(item) for item in schema] if isinstance(schema, list) else schema


@dataclass(frozen=True, slots=True)
class _FunctionAnswer:
    function: Callable[..., Any]
    call: str
    model: type[BaseModel]
    seconds: float

    @property
    def local(self) -> bool:
        return True

    async def __call__(self, tool: Tool, call: Call, context: Context) -> Any:
        try:
            given = self.model.model_validate(call.arguments)
        except ValueError as error:
            # What the schema cannot say, such as a validator of the user's own.
            raise ToolError(f"the arguments are wrong: {error}") from error
        arguments = {name: getattr(given, name) for name in call.arguments}
        if RECORD in inspect.signature(self.function).parameters:
            arguments[RECORD] = call.record
        left = context.seconds_left()
        try:
            result = await call_function(
                self.function, arguments, self.seconds if left is None else min(left, self.seconds)
            )
        except Overdue as error:
            if left is not None and left <= self.seconds:
                raise RecordError(f"{self.call} took longer than the time that one record may take") from error
            raise ToolError(f"no answer within {self.seconds:g} s") from error
        except Raised as error:
            raise ToolError(f"the tool {error}") from error
        try:
            return json_of(result, self.call)
        except RecordError as error:
            raise ToolError(error.what) from error
