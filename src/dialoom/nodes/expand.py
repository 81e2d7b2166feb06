"""`expand`: one record becomes several, one for each item that a model lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from dialoom.graph.context import Context
from dialoom.graph.node import Children, Shape, Work
from dialoom.graph.record import Record
from dialoom.nodes._listing import Listing


class Expand(Listing):
    """Ask for `count` different items; each goes on as a record of its own, with the item in this node's field."""

    kind: Literal["expand"] = "expand"

    def makes_records(self) -> bool:
        return True

    def writes(self) -> Mapping[str, Shape]:
        return {self.field: self.item_shape()}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        return replace(self.listing_work(), children=self.count)

    async def run(self, record: Record, context: Context) -> Children:
        return Children([{self.field: item} for item in await self.items(record, context)])


NODE = Expand
