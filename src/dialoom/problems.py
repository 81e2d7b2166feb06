"""What pydantic finds wrong with values from a YAML file, as errors that name file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialoom.errors import DialoomError, nearest
from dialoom.yaml_file import Key, Lines


def explain(
    error: ValidationError, model: type[BaseModel] | None, path: Sequence[Key], lines: Lines
) -> list[DialoomError]:
    """Each problem of a ValidationError with its place in the file and, for a wrong name, the nearest right one."""
    found = []
    for detail in error.errors(include_url=False):
        loc = [part for part in detail["loc"] if not _is_type_tag(part)]
        name = str(loc[-1]) if loc else ""
        if detail["type"] == "extra_forbidden":
            what, remedy = f"unknown field '{name}'", nearest(name, _fields_at(model, loc[:-1]))
        elif detail["type"] == "missing":
            what, remedy = f"the field '{name}' is missing", None
        elif detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
            known = _fields_at(model, loc)
            of = f" with {', '.join(known)}" if known and detail["type"] != "dict_type" else ""
            what, remedy = f"expected a mapping{of}{_got(detail['input'])}", None
        else:
            what, remedy = _in_words(detail), None
        found.append(DialoomError(what, place=lines.place([*path, *loc]), remedy=remedy))
    return found


def _in_words(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        return f"expected at {'least' if 'min_length' in context else 'most'} {bound}, got {context['actual_length']}"
    said = detail["msg"].removeprefix("Value error, ")
    for wordy, plain in _PLAINER.items():
        said = said.replace(wordy, plain)
    # A template tells what is wrong with it in its own words.
    return said if detail["type"] == "template" else said + _got(detail["input"])


_PLAINER = {
    ", unable to parse string as a number": "",
    ", unable to parse string as an integer": "",
    "Input should be a valid ": "expected a ",
    "Input should be ": "expected ",
    "a integer": "an integer",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "more than",
    "a string": "a text",
}


def _got(value: Any) -> str:
    text = repr(value)
    return f", got {text}" if value is None or (isinstance(value, (str, int, float)) and len(text) < 60) else ""


def _is_type_tag(part: Key) -> bool:
    return isinstance(part, str) and ("[" in part or part.startswith("function-"))


def _fields_at(model: type[BaseModel] | None, loc: Sequence[Key]) -> list[str]:
    for part in loc:
        if model is None or not isinstance(part, str) or part not in model.model_fields:
            continue
        model = _model_in(model.model_fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in getattr(annotation, "__args__", ()) if (found := _model_in(arg))), None)
