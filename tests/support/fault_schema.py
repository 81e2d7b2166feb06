"""Values that satisfy a JSON schema, chosen by a draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.support.fault_words import Draw

Schema = dict[str, Any]
DEEP = 6
NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
UNSUPPORTED = ("pattern", "format", "not", "if", "patternProperties", "propertyNames", "contains")


class UnsupportedSchemaError(ValueError):
    """The schema uses something this module cannot satisfy."""


def instance(schema: Schema, draw: Draw) -> Any:
    """A value that satisfies the schema."""
    return _value(schema, draw, schema, 0)


def _resolve(schema: Any, root: Schema, hops: int = 0) -> Schema:
    """The schema with $ref and allOf replaced by what they stand for."""
    if schema is True:
        return {}
    if not isinstance(schema, dict):
        raise UnsupportedSchemaError(f"not a schema: {schema!r}")
    if "$ref" in schema:
        ref = schema["$ref"]
        if hops > 50 or not isinstance(ref, str) or not ref.startswith("#"):
            raise UnsupportedSchemaError(f"$ref {ref!r}")
        node: Any = root
        for part in ref[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or name not in node:
                raise UnsupportedSchemaError(f"$ref {ref!r}")
            node = node[name]
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**_resolve(node, root, hops + 1), **rest}
    if "allOf" in schema:
        merged: Schema = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            for key, value in _resolve(part, root, hops + 1).items():
                old = merged.get(key)
                if key == "properties" and old:
                    merged[key] = {**old, **value}
                elif key == "required" and old:
                    merged[key] = [*old, *value]
                else:
                    merged[key] = value
        return merged
    return schema


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema or "minItems" in schema:
        return "array"
    if any(key in schema for key in NUMERIC):
        return "number"
    return "string"


def _value(schema: Any, draw: Draw, root: Schema, depth: int) -> Any:
    if depth > 40:
        raise UnsupportedSchemaError("the schema requires itself without end")
    schema = _resolve(schema, root)
    for key in UNSUPPORTED:
        if key in schema:
            raise UnsupportedSchemaError(f"keyword {key!r}")
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][draw.below(len(schema["enum"]))]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            choice = schema[key][0 if depth < DEEP else -1]
            rest = {name: value for name, value in schema.items() if name != key}
            return _value({**rest, **_resolve(choice, root)}, draw, root, depth + 1)
    makers: dict[str, Callable[[Schema, Draw, Schema, int], Any]] = {
        "object": _object,
        "array": _array,
        "string": _string,
        "integer": _number,
        "number": _number,
        "boolean": lambda *_: draw.below(2) == 1,
        "null": lambda *_: None,
    }
    kind = _kind(schema)
    if kind not in makers:
        raise UnsupportedSchemaError(f"type {kind!r}")
    return makers[kind](schema, draw, root, depth)


def _object(schema: Schema, draw: Draw, root: Schema, depth: int) -> dict[str, Any]:
    properties: Schema = schema.get("properties", {})
    required: list[str] = schema.get("required", [])
    names = [name for name in properties if depth < DEEP or name in required]
    names += [name for name in required if name not in properties]
    extra = schema.get("additionalProperties", {})
    if extra is not False:
        free = 2 if isinstance(extra, dict) and extra and not names else 0
        want = max(schema.get("minProperties", 0), free)
        for word in draw.distinct_words(max(0, want - len(names)) * 2):
            if len(names) < want and word not in names:
                names.append(word)
    rest = extra if isinstance(extra, dict) else {}
    return {name: _value(properties.get(name, rest), draw, root, depth + 1) for name in names}


def _array(schema: Schema, draw: Draw, root: Schema, depth: int) -> list[Any]:
    first: list[Any] = schema.get("prefixItems", [])
    items = schema.get("items", {})
    low = max(schema.get("minItems", 0), len(first) if depth < DEEP else 0)
    high = schema.get("maxItems", len(first) if items is False else low + 2)
    if depth < DEEP:
        low = max(low, min(1, high))
    else:
        high = low
    size = low + draw.below(max(0, min(high, low + 2) - low) + 1)
    out: list[Any] = []
    for i in range(size):
        one = first[i] if i < len(first) else items
        value = _value(one, draw, root, depth + 1)
        tries = 0
        while schema.get("uniqueItems") and value in out and tries < 200:
            value, tries = _value(one, draw, root, depth + 1), tries + 1
        if not (schema.get("uniqueItems") and value in out):
            out.append(value)
    if len(out) < schema.get("minItems", 0):
        raise UnsupportedSchemaError("too few different items for uniqueItems")
    return out


def _string(schema: Schema, draw: Draw, root: Schema, depth: int) -> str:
    low: int = schema.get("minLength", 0)
    high: int = schema.get("maxLength", max(low, 60) + 20)
    text = " ".join(draw.words(5)).capitalize()
    while len(text) < low:
        text += " " + draw.words(1)[0]
    text = text[:high]
    return text[:-1] + "s" if text.endswith(" ") else text


def _number(schema: Schema, draw: Draw, root: Schema, depth: int) -> int | float:
    whole = _kind(schema) == "integer"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    low = (min(0, high - 100) if high is not None else 0) if low is None else low
    high = low + 100 if high is None else high
    open_low, open_high = schema.get("exclusiveMinimum") == low, schema.get("exclusiveMaximum") == high
    step = schema.get("multipleOf", 1 if whole else None)
    if step is None:
        value = low + (high - low) * (0.05 + 0.9 * draw.fraction())
        near = round(value, 3)
        return near if low < near < high else value
    first, last = math.ceil(low / step), math.floor(high / step)
    first += open_low and first * step == low
    last -= open_high and last * step == high
    if last < first:
        raise UnsupportedSchemaError("no number fits")
    number = (first + draw.below(last - first + 1)) * step
    return int(number) if whole else number
