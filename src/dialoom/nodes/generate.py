"""`generate`: ask a model for a text, a typed value, or a list of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.nodes._listing import Listing
from dialoom.nodes._prompted import as_text

_TOKENS_OF_A_TEXT = 150


class Generate(Listing):
    """Ask a model, and write what it says into a field.

    Without `count` the field is a text, or a value of `schema`; with it, a list of different ones.
    """

    kind: Literal["generate"] = "generate"
    count: int | None = Field(default=None, ge=1, description="Write a list of this many items that differ.")  # type: ignore[assignment]
    text_grammar: str | None = Field(
        default=None, description="GBNF grammar of the whole answer (rule `root`), where the server takes grammars."
    )

    def provides(self) -> frozenset[str]:
        return frozenset() if self.count is None else super().provides()

    def writes(self) -> Mapping[str, Shape]:
        item = self.item_shape()
        return {self.field: item if self.count is None else {"type": "array", "items": item, "maxItems": self.count}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        if self.count is not None:
            return self.listing_work()
        most = 1 + (self.tries if self.shape is not None else 0)
        return Work(1, most, 1, self.prompt_tokens(self.prompt), self.max_tokens or _TOKENS_OF_A_TEXT)

    async def run(self, record: Record, context: Context) -> Fields:
        if self.count is not None:
            return {self.field: await self.items(record, context)}
        messages = self.messages(self.prompt, record.fields, context, lambda row: as_text(row.get(self.field)))
        if self.shape is not None:
            value: Any = await context.ask_json(self.model, messages, self.shape, params=self.sampling())
        else:
            grammar = self.text_grammar if context.takes_grammar(self.model) else None
            value = (await context.ask(self.model, messages, params=self.sampling(), grammar=grammar)).strip()
        return {self.field: value}


NODE = Generate
