"""Typed answers: a JSON schema, a short form of one, or a pydantic model of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPES = {"text": "string", "string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def expand_schema(value: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema that a recipe's `schema:` stands for.

    A mapping with `type`, `properties`, `anyOf`, `enum` or `$ref` is one already. Any other is short for an object that
    has all these fields and no others: each is a type (`text`, `integer`, `number`, `boolean`), a list of allowed
    values, `[type]` for a list of it, or such a mapping again. Raises ValueError on anything else.
    """
    if _is_schema(value):
        return dict(value)
    return {
        "type": "object",
        "properties": {name: _field(name, field) for name, field in value.items()},
        "required": list(value),
        "additionalProperties": False,
    }


def _is_schema(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    known = ("object", "array", "null", *_TYPES.values())
    return (isinstance(kind, str) and kind in known and len(value.keys() & _KEYWORDS) == len(value)) or any(
        key in value and len(value.keys() & _KEYWORDS) == len(value)
        for key in ("anyOf", "oneOf", "enum", "$ref", "const")
    )


_KEYWORDS = {
    "$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "description", "enum", "examples",
    "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems", "maxLength", "maxProperties", "maximum",
    "minItems", "minLength", "minProperties", "minimum", "multipleOf", "oneOf", "pattern", "prefixItems", "properties",
    "required", "title", "type", "uniqueItems",
}  # fmt: skip


def _field(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value in _TYPES:
        return {"type": _TYPES[value]}
    if isinstance(value, Mapping):
        return expand_schema(value)
    if isinstance(value, list) and len(value) == 1 and (isinstance(value[0], Mapping) or value[0] in _TYPES):
        return {"type": "array", "items": _field(name, value[0])}
    if isinstance(value, list) and value and all(isinstance(item, (str, int, float, bool)) for item in value):
        return {"enum": value}
    raise ValueError(f"'{name}' in the schema is {value!r}: expected a type ({', '.join(_TYPES)}), a list or a mapping")
