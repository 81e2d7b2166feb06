"""From text to a value that fits its JSON schema: parse, repair, check, and say what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_OPENING = re.compile(r"[{\[]")
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)


class Misfit(ValueError):
    """The text holds no JSON value that fits the schema; the message says why, in words that a model can act on."""


def parse_json(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON value in `text`, mended where it is slightly broken. Raises Misfit when it does not fit `schema`."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema)
    first: Misfit | None = None
    for value in _values_in(text):
        error = min(validator.iter_errors(value), key=lambda e: len(e.path), default=None)
        if error is None:
            return value
        place = "".join(f"[{part!r}]" for part in error.path)
        first = first or Misfit(f"the value{place} is wrong: {error.message[:300]}")
    raise first or Misfit("the answer holds no JSON")


def _values_in(text: str) -> Iterator[Any]:
    """The JSON values that the text may mean, the likeliest first: the whole, fenced blocks, what stands in prose, and
    at last what mending finds."""
    try:
        yield orjson.loads(text)
        return
    except orjson.JSONDecodeError:
        pass
    candidates = [*_FENCED.findall(text), text]
    decoder = json.JSONDecoder()
    for candidate in candidates:
        at = 0
        while opening := _OPENING.search(candidate, at):
            try:
                value, at = decoder.raw_decode(candidate, opening.start())
            except (ValueError, RecursionError):
                at = opening.end()
            else:
                yield value
    import json_repair

    for candidate in candidates:
        opening = _OPENING.search(candidate)
        if opening is not None:
            yield json_repair.loads(candidate[opening.start() :])
