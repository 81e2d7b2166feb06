"""From text to a value that fits its JSON schema: parse, repair, check, and say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)


class Misfit(ValueError):
    """The text holds no JSON value that fits the schema; the message says why, in words that a model can act on."""


def parse_json(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON value in `text`, mended where it is slightly broken. Raises Misfit when it does not fit `schema`."""
    from jsonschema import Draft202012Validator

    value = _value_in(text)
    error = next(iter(sorted(Draft202012Validator(schema).iter_errors(value), key=lambda e: len(e.path))), None)
    if error is not None:
        place = "".join(f"[{part!r}]" for part in error.path)
        raise Misfit(f"the value{place} is wrong: {error.message[:300]}")
    return value


def _value_in(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    import json_repair

    fenced = _FENCED.search(text)
    candidate = fenced.group(1) if fenced else text
    start = min((index for index in (candidate.find("{"), candidate.find("[")) if index >= 0), default=-1)
    if start < 0:
        raise Misfit("the answer holds no JSON")
    return json_repair.loads(candidate[start:])
