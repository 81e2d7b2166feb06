"""From what a recipe writes as a distribution to a Sampler."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from jinja2 import TemplateSyntaxError
from pydantic import ValidationError

from dialoom.errors import nearest
from dialoom.graph.template import Template
from dialoom.nodes._draw import check_choice, draw, read_range
from dialoom.nodes._sampler import SAMPLERS, Listed, Sampler
from dialoom.problems import explain
from dialoom.yaml_file import Lines

# The forms in which SDialog writes the rules of a persona; older ones have two braces.
_RANGE = re.compile(r"^\{{1,2}\s*(-?\d+)\s*-\s*(-?\d+)\s*\}{1,2}$")
_COLUMN = re.compile(r"^\{{1,2}\s*(?:csv|tsv):([^:{}]+):([^{}]+?)\s*\}{1,2}$")
_LINES = re.compile(r"^\{{1,2}\s*txt:([^{}]+?)\s*\}{1,2}$")
# The instruction may hold a template's braces, so that as many close it as open it.
_MODEL = re.compile(r"^(?:\{llm(?::(.+))?\}|\{\{llm(?::(.+))?\}\})$", re.DOTALL)
# A range whose values are listed where all of them are asked for.
_MOST_LISTED = 100_000


class Choice(Sampler):
    """A list, a mapping of values to weights, a range, or one value."""

    written: Any

    def listed(self) -> Listed | None:
        if isinstance(self.written, Mapping):
            return [(value, weight) for value, weight in self.written.items() if weight > 0]
        if isinstance(self.written, list):
            return [(value, 1.0) for value in self.written]
        bounds = read_range(self.written)
        if bounds is None:
            return [(self.written, 1.0)]
        low, high = bounds
        if not isinstance(draw(self.written, 0.0), int) or high - low >= _MOST_LISTED:
            return None
        return [(value, 1.0) for value in range(int(low), int(high) + 1)]

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        return draw(self.written, at)


class Rendered(Sampler):
    """A text made of other fields."""

    template: Template

    def reads(self) -> frozenset[str]:
        return self.template.variables

    def templates(self) -> Iterable[Template]:
        yield self.template

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        return self.template.render(known)


def sampler_of(written: Any) -> Sampler:
    """The sampler of a distribution as written in a recipe. Raises ValueError that says what is wrong with it."""
    value = long_form(written)
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        try:
            return Rendered(template=Template(value))
        except TemplateSyntaxError as error:
            raise ValueError(f"the template does not parse: {error.message}") from error
    if isinstance(value, Mapping) and (kind := _kind(value)) is not None:
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            raise ValueError("; ".join(str(problem) for problem in explain(error, kind, (), Lines()))) from error
    return Choice(written=check_choice(value))


def long_form(written: Any) -> Any:
    """What a short form such as `{30-60}` or `{csv:name:people.csv}` stands for; anything else as it is."""
    if not isinstance(written, str):
        return written
    text = written.strip()
    if found := _RANGE.match(text):
        return f"{found[1]}..{found[2]}"
    if found := _COLUMN.match(text):
        return {"file": found[2].strip(), "column": found[1].strip()}
    if found := _LINES.match(text):
        return {"file": found[1].strip(), "column": "text"}
    if found := _MODEL.match(text):
        prompt = found[1] or found[2]
        return {"model": "writer"} | ({"prompt": prompt} if prompt else {})
    return written


def _kind(value: Mapping[str, Any]) -> type[Sampler] | None:
    """The kind that the fields of a mapping tell; None for weights."""
    named = [name for name in SAMPLERS.names() if name in value and not _is_number(value[name])]
    for name in named:
        kind = SAMPLERS.load(name)
        # `{date: ..., time: ...}` is a date with a time, and no time with a date.
        if all(other in kind.model_fields for other in named):
            return kind
    if named:
        raise ValueError(f"it cannot be both '{named[0]}' and '{named[1]}'")
    strange = [name for name, weight in value.items() if not _is_number(weight)]
    if strange:
        near = nearest(str(strange[0]), SAMPLERS.names()) or ""
        raise ValueError(
            f"weights must be numbers of 0 or more, and '{strange[0]}' has {value[strange[0]]!r:.40}; a way to draw is "
            f"told by one of {', '.join(SAMPLERS.names())}" + (f" ({near})" if near.startswith("did") else "")
        )
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
