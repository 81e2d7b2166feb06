"""Finding NaN and infinity in what a function returned."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

from pydantic import BaseModel


def no_number(value: Any) -> str | None:
    """Where in a value there is a float that is not finite, such as `score` or `scores[2].f1`; None where all are."""
    found = _path(value)
    return None if found is None else found.removeprefix(".")


def _path(value: Any) -> str | None:
    if isinstance(value, float):
        return None if isfinite(value) else ""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    elif is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    elif hasattr(value, "tolist"):
        # NumPy's arrays and numbers.
        return _path(value.tolist())
    if isinstance(value, dict):
        inner = ((f".{key}", item) for key, item in value.items())
    elif isinstance(value, (list, tuple)):
        inner = ((f"[{index}]", item) for index, item in enumerate(value))
    else:
        return None
    return next((f"{step}{rest}" for step, item in inner if (rest := _path(item)) is not None), None)
