"""Files of tool definitions: lists of `{name, description, parameters, returns}`, or of OpenAI's `{type, function}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialoom.nodes._schema import expand_schema
from dialoom.nodes._tools.told import TEXT, Told

_ARGUMENTS = ("parameters", "arguments", "input_schema", "inputSchema")
_RESULT = ("returns", "return", "result", "outputSchema")


def read_definitions(data: Any) -> Iterator[Told]:
    """The tools in a list of definitions, or in a mapping's `tools`. Raises ValueError saying what is wrong."""
    listed = data.get("tools") if isinstance(data, Mapping) else data
    if not isinstance(listed, list) or not listed:
        raise ValueError("expected OpenAPI 3 (`openapi: 3...`), or a list of tools with name and parameters")
    for number, each in enumerate(listed, 1):
        function = each.get("function", each) if isinstance(each, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            raise ValueError(f"tool {number} has no name")
        name = function["name"]
        yield Told(
            name=name,
            description=str(function.get("description") or ""),
            arguments=_schema(function, _ARGUMENTS, {"type": "object", "properties": {}}, name),
            result=_schema(function, _RESULT, TEXT, name),
        )


def _schema(function: Mapping[str, Any], names: tuple[str, ...], default: Mapping[str, Any], tool: str) -> Any:
    given = next((function[name] for name in names if function.get(name)), None)
    if given is None:
        return default
    try:
        return expand_schema(given)
    except ValueError as error:
        raise ValueError(f"the tool '{tool}': {error}") from error
