"""A tool as a file tells it, before it is known who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """Name, description, and the JSON schemas of arguments and result."""

    name: str
    description: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


# What a tool answers of which nothing is told.
TEXT: Mapping[str, Any] = {"type": "string"}
