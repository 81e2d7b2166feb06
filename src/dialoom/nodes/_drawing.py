"""What nodes that draw fields share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from dialoom.errors import DialoomError, Place
from dialoom.graph.node import Work
from dialoom.graph.template import Condition
from dialoom.nodes._draws import ASKED
from dialoom.nodes._written_sampler import sampler_of

_TOKENS = 80


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, (str, Condition)) else value


ConditionsField = Annotated[list[Condition], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]
"""One condition, or several that must all hold."""


def _checked(value: Any) -> Any:
    # With the keys of mappings as a YAML file has them, so that the same recipe in Python draws the same.
    written = {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else value
    sampler_of(written)
    return written


DistributionField = Annotated[Any, AfterValidator(_checked)]
"""A distribution as it is written in a recipe, checked."""


def asking_work(models: int) -> Work:
    """What it costs where so many fields are written by a model."""
    return Work(models, models * ASKED, 1, _TOKENS, _TOKENS // 2)


def moved(error: DialoomError, start: str) -> DialoomError:
    """The same problem within a field of the node; one that is about conditions stays where it is."""
    inner = error.place.field if error.place is not None and error.place.field else ""
    if inner in ("such_that", "unique"):
        return error
    where = f"{start}.{inner}" if inner else start
    kind = type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError
    return kind(error.what, place=Place(field=where), remedy=error.remedy)
