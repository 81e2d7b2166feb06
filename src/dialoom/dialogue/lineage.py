"""Where a dialogue came from."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Event(BaseModel):
    """Something that a node did to a record beside writing its fields, such as an item refused as a near-duplicate."""

    model_config = ConfigDict(extra="forbid")

    node: str
    what: str
    detail: dict[str, Any] = Field(default_factory=dict)


class Lineage(BaseModel):
    """What led to a record.

    Attributes:
        provenance: `synthetic`, or `real` for imported dialogues.
        recipe: name of the recipe; `recipe_hash` covers all of it that can alter a record.
        seed: id of the seed record.
        path: the nodes visited, in order, with the child taken where a node expanded: `subtopic[2]`.
        position: where the record stands in the order of the source and its expansions; sorting by it restores it.
        calls: ledger keys of the model calls whose answers the record holds, in order.
        examples: ids of the example dialogues that were shown to the model.
        source: file and format a `real` dialogue was read from.
    """

    model_config = ConfigDict(extra="forbid")

    provenance: str = "synthetic"
    recipe: str | None = None
    recipe_hash: str | None = None
    seed: str | None = None
    path: list[str] = Field(default_factory=list)
    position: list[int] = Field(default_factory=list)
    calls: list[str] = Field(default_factory=list)
    examples: list[str] = Field(default_factory=list)
    events: list[Event] = Field(default_factory=list)
    source: str | None = None
