"""Where a record goes after a node, as a recipe writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dialoom.graph.template import Condition


class Edge(BaseModel):
    """Where a record goes next: the first edge whose condition holds is taken."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    condition: Condition | None = Field(default=None, alias="if", description="Taken where this expression is true.")
    to: str = Field(description="A node's name, `end`, or `reject`.")


def _as_edges(value: Any) -> Any:
    if isinstance(value, str):
        return [{"to": value}]
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return [{"to": edge} if isinstance(edge, str) else edge for edge in value]
    raise ValueError("expected a node's name, or a list of edges such as {if: CONDITION, to: NAME}")


Edges = Annotated[list[Edge], BeforeValidator(_as_edges, json_schema_input_type=str | Edge | list[str | Edge])]
