"""`combine`: one record becomes several, one for each way to take some items out of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import comb
from typing import Literal

from pydantic import Field

from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.node import Children, Node, Shape, Work
from dialoom.graph.record import Record

_USUAL_LIST = 4


class Combine(Node):
    """Take every unordered choice of `take` items out of a list field; each goes on as a record of its own."""

    kind: Literal["combine"] = "combine"
    source: str = Field(alias="from", description="The list field.")
    take: int = Field(default=2, ge=1, description="How many items are taken together.")
    limit: int | None = Field(default=None, ge=1, description="At most this many choices, drawn by seed.")

    def needs(self) -> Mapping[str, str]:
        return {self.source: "from"}

    def makes_records(self) -> bool:
        return True

    def writes(self) -> Mapping[str, Shape]:
        return {self.field: {"type": "array"}}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        kind = shapes.get(self.source, {}).get("type", "array")
        if kind != "array":
            lists = [name for name, shape in shapes.items() if shape.get("type") == "array"]
            yield DialoomError(
                f"'{self.source}' is a {kind} and not a list",
                place=Place(field="from"),
                remedy=nearest(self.source, lists),
            )

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        items = shapes.get(self.source, {}).get("maxItems", _USUAL_LIST)
        choices = comb(max(items, self.take), self.take)
        return Work(children=min(choices, self.limit or choices))

    async def run(self, record: Record, context: Context) -> Children:
        items = record.fields.get(self.source)
        if not isinstance(items, list):
            raise RecordError(f"'{self.source}' is no list but {items!r:.60}")
        if len(items) < self.take:
            raise RecordError(f"'{self.source}' has {len(items)} items, and {self.take} are to be taken")
        if self.limit is None or comb(len(items), self.take) <= self.limit:
            chosen = list(combinations(range(len(items)), self.take))
        else:
            chosen = _draw(len(items), self.take, self.limit, context)
        return Children([{self.field: [items[index] for index in choice]} for choice in chosen])


def _draw(size: int, take: int, limit: int, context: Context) -> list[tuple[int, ...]]:
    """`limit` different choices, each item used about as often as any other."""
    random = context.random("choices")
    drawn: dict[tuple[int, ...], None] = {}
    used = [0] * size
    while len(drawn) < limit:
        order = sorted(range(size), key=lambda index: (used[index], random.random()))
        choice = tuple(sorted(order[:take]))
        if choice in drawn:
            choice = tuple(sorted(random.sample(range(size), take)))
        if choice not in drawn:
            drawn[choice] = None
            for index in choice:
                used[index] += 1
    return sorted(drawn)


NODE = Combine
