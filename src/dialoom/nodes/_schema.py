"""Typed answers: a JSON schema, a short form of one, or a pydantic model of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from dialoom.errors import nearest

_TYPES = {"text": "string", "string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def expand_schema(value: Any) -> dict[str, Any]:
    """The JSON schema that a recipe's `schema:` stands for: of a pydantic model, its own.

    A mapping with `type`, `properties`, `anyOf`, `enum` or `$ref` is one already. Any other is short for an object that
    has all these fields and no others: each is a type (`text`, `integer`, `number`, `boolean`), a list of allowed
    values, `[type]` for a list of it, or such a mapping again. Raises ValueError on anything else.
    """
    if isinstance(value, type) and issubclass(value, BaseModel):
        return value.model_json_schema()
    if not isinstance(value, Mapping) or not value:
        raise ValueError("expected a mapping of fields to types, such as {name: text, age: integer}, or a JSON schema")
    if _is_schema(value):
        return _checked(value)
    return {
        "type": "object",
        "properties": {name: _field(name, field) for name, field in value.items()},
        "required": list(value),
        "additionalProperties": False,
    }


def _checked(schema: Mapping[str, Any]) -> dict[str, Any]:
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = ".".join(str(part) for part in error.path)
        raise ValueError(f"no JSON schema{f', at {place}' if place else ''}: {error.message[:200]}") from error
    return dict(schema)


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
    if isinstance(value, list) and len(value) == 1 and (isinstance(value[0], (Mapping, list)) or value[0] in _TYPES):
        return {"type": "array", "items": _field(name, value[0])}
    if isinstance(value, list) and value and all(isinstance(item, (str, int, float, bool)) for item in value):
        return {"enum": value}
    near = f" ({nearest(value, list(_TYPES))})" if isinstance(value, str) else ""
    raise ValueError(
        f"'{name}' in the schema is {value!r}{near}: expected a type ({', '.join(_TYPES)}), a list of allowed values, "
        "[TYPE], or a mapping"
    )
