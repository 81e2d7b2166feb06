"""OpenAPI 3.0 and 3.1: each operation is a tool.

After the specification at https://spec.openapis.org/oas/v3.1.0. Not read: references to other files and cookies; bodies
and responses that are not JSON are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dialoom.nodes._tools.told import TEXT, Told

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCHEMAS = "#/components/schemas/"
# What OpenAPI says beside JSON schema, and what a model need not read.
_LEFT_OUT = frozenset({"nullable", "discriminator", "xml", "externalDocs", "example", "examples", "deprecated"})
_HOPS = 20


def read_openapi(data: Mapping[str, Any]) -> Iterator[Told]:
    """The tools of a specification. Raises ValueError saying what is wrong."""
    if not str(data.get("openapi", "")).startswith("3."):
        raise ValueError("only OpenAPI 3 is read; convert the file, for instance at https://editor.swagger.io")
    paths = data.get("paths")
    if not isinstance(paths, Mapping) or not paths:
        raise ValueError("it has no 'paths'")
    for path, item in paths.items():
        item = _behind(data, item)
        for method in _METHODS:
            if method in item:
                yield _operation(data, str(path), method, item, item[method])


def _operation(
    data: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Told:
    where = f"{method.upper()} {path}"
    if not isinstance(operation, Mapping):
        raise ValueError(f"{where} is no operation")
    name = str(operation.get("operationId") or f"{method}{path}")
    texts = dict.fromkeys(str(operation[key]).strip() for key in ("summary", "description") if operation.get(key))
    reader = _Schemas(data, where)
    return Told(
        # Other signs than these are not legal; what was legal stays as it is.
        name=re.sub(r"[^a-zA-Z0-9_-]+", "_", name).strip("_")[:64],
        description=" ".join(" ".join(texts).split()) or where,
        arguments=reader.whole(_arguments(data, reader, item, operation)),
        result=reader.whole(_result(data, reader, operation)),
    )


def _arguments(
    data: Mapping[str, Any], reader: _Schemas, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    given: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in [*(item.get("parameters") or ()), *(operation.get("parameters") or ())]:
        parameter = _behind(data, each)
        # An operation's own goes before that of its path.
        given[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    for (place, name), parameter in given.items():
        if place == "cookie":
            continue
        schema = dict(reader.read(parameter.get("schema") or _json(parameter.get("content")) or TEXT))
        if parameter.get("description"):
            schema["description"] = str(parameter["description"])
        properties[name] = schema
        required += [name] if parameter.get("required") or place == "path" else []
    body = _behind(data, operation.get("requestBody") or {})
    if body:
        schema = reader.read(_json(body.get("content")) or TEXT)
        flat = reader.followed(schema)
        own = flat.get("properties")
        if isinstance(own, Mapping) and not own.keys() & properties.keys() and not flat.keys() - _FLAT:
            properties |= own
            required += [name for name in flat.get("required") or () if body.get("required", True)]
        else:
            properties["body"] = schema
            required += ["body"] if body.get("required") else []
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


# An object's schema with nothing but these is given as arguments of its own, else as one argument.
_FLAT = frozenset({"type", "properties", "required", "title", "description", "additionalProperties"})


def _result(data: Mapping[str, Any], reader: _Schemas, operation: Mapping[str, Any]) -> dict[str, Any]:
    responses = {str(status): each for status, each in (operation.get("responses") or {}).items()}
    good = sorted(status for status in responses if re.fullmatch(r"2\d\d|2XX", status, re.IGNORECASE))
    response = responses.get(good[0]) if good else responses.get("default")
    if response is None:
        return dict(TEXT)
    content = _behind(data, response).get("content")
    if not content:
        return {"type": "null"}
    return reader.read(_json(content) or TEXT)


def _json(content: Any) -> Any:
    """The schema of the JSON among the media types of a content."""
    if not isinstance(content, Mapping):
        return None
    found = [media for name, media in content.items() if re.search(r"[/+]json\b|^\*/\*", str(name))]
    return found[0].get("schema") if found and isinstance(found[0], Mapping) else None


def _behind(data: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """The object that a reference stands for; the value itself where it is none."""
    for _ in range(_HOPS):
        if not isinstance(value, Mapping):
            raise ValueError(f"expected an object, got {value!r:.60}")
        if "$ref" not in value:
            return value
        value = _at(data, value["$ref"])
    raise ValueError(f"{value['$ref']} refers to itself")


def _at(data: Mapping[str, Any], reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise ValueError(f"{reference!r} refers to another file: put all into one, for instance with `redocly bundle`")
    value: Any = data
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, Mapping) or name not in value:
            raise ValueError(f"{reference} refers to nothing")
        value = value[name]
    return value


class _Schemas:
    """OpenAPI's schemas as JSON schemas, and those of `components` that they refer to."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._data = data
        self._where = where
        self._defs: dict[str, Any] = {}

    def read(self, schema: Any) -> dict[str, Any]:
        """The schema, its references leading to `$defs`. Raises ValueError."""
        made = self._read(schema)
        if not isinstance(made, dict):
            raise ValueError(f"{self._where}: {schema!r:.60} is no schema")
        return made

    def followed(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a schema that is only a reference stands for."""
        for _ in range(_HOPS):
            if set(schema) != {"$ref"}:
                break
            schema = self._defs[schema["$ref"].removeprefix("#/$defs/")]
        return schema

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema with the definitions that it refers to, and no others."""
        used: dict[str, Any] = {}
        waiting: list[Any] = [schema]
        while waiting:
            for name in _references(waiting.pop()):
                if name not in used:
                    used[name] = self._defs[name]
                    waiting.append(used[name])
        whole = schema | ({"$defs": used} if used else {})
        from jsonschema import Draft202012Validator, SchemaError

        try:
            Draft202012Validator.check_schema(whole)
        except SchemaError as error:
            place = ".".join(map(str, error.path))
            raise ValueError(f"{self._where}: no JSON schema, at {place}: {error.message[:200]}") from error
        return whole

    def _read(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._read(each) for each in schema]
        if not isinstance(schema, Mapping):
            return schema
        made: dict[str, Any] = {}
        for key, value in schema.items():
            if key == "$ref":
                made[key] = self._defined(value)
            elif key in ("properties", "patternProperties"):
                made[key] = {name: self._read(each) for name, each in (value or {}).items()}
            elif key in ("enum", "const", "default", "required", "type", "description", "title", "format", "pattern"):
                made[key] = value
            elif key not in _LEFT_OUT and not str(key).startswith("x-"):
                made[key] = self._read(value)
        return _bounds(_nullable(made, schema))

    def _defined(self, reference: Any) -> str:
        if not isinstance(reference, str) or not reference.startswith(_SCHEMAS):
            # A schema that lies elsewhere in the file gets a name of its own.
            name = re.sub(r"\W+", "_", str(reference)).strip("_")
        else:
            name = reference.removeprefix(_SCHEMAS)
        if name not in self._defs:
            self._defs[name] = {}
            self._defs[name] = self._read(_at(self._data, reference))
        return f"#/$defs/{name}"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item.removeprefix("#/$defs/")
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _nullable(made: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`nullable: true` of 3.0 as a type."""
    if schema.get("nullable") is not True:
        return made
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        return made
    return {"anyOf": [made, {"type": "null"}]}


def _bounds(made: dict[str, Any]) -> dict[str, Any]:
    """`exclusiveMinimum: true` of 3.0 as a number."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive) and bound in made:
            made[exclusive] = made.pop(bound)
    return made
