"""Asking for several items that must differ from each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, ConfigDict, Field

from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.graph.context import JSON_TRIES, Context
from dialoom.graph.node import Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._contradiction import unmeetable
from dialoom.nodes._prompted import Prompted
from dialoom.nodes._schema import expand_schema
from dialoom.quality.similarity import NearDuplicates

_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,3}[.)\]:])\s+")
_TOKENS_PER_ITEM = 25


class Unlike(PlainNumbers):
    """How like another item an item may be before it is refused."""

    model_config = ConfigDict(extra="forbid")

    rouge_l: float = Field(default=0.6, gt=0, le=1, description="ROUGE-L F1 from which two items are near-duplicates.")


def _as_unlike(value: Any) -> Any:
    return {"rouge_l": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _expanded(value: Any) -> dict[str, Any] | None:
    return None if value is None else expand_schema(value)


class Listing(Prompted):
    """A node that asks for `count` items, refuses near-duplicates and asks again for what is missing.

    The prompt may read `count`, how many are asked for now, `have`, the items so far, and `refused`, those that were
    too like another. Each round shows other items of the examples, so that rounds differ in what they suggest.
    """

    prompt: Template = Field(description="What to ask; `count`, `have` and `refused` can be read in it.")
    count: int = Field(default=1, ge=1, description="How many items.")
    each: int | None = Field(default=None, ge=1, description="Items asked for in one call; left out, all.")
    unlike: Annotated[Unlike, BeforeValidator(_as_unlike, json_schema_input_type=Unlike | float)] = Field(
        default_factory=Unlike, description="When an item is a near-duplicate of another and refused."
    )
    unlike_by: str | None = Field(
        default=None, description="For items with a schema: the field that near-duplicates are told by; left out, all."
    )
    distinct: str | None = Field(
        default=None, description="For items with a schema: a field that no two items may share, such as `name`."
    )
    tries: int = Field(default=3, ge=1, description="Further rounds of asking for what is missing.")
    at_least: int = Field(default=1, ge=0, description="Fail the record when fewer items than this came.")
    shape: Annotated[dict[str, Any] | None, BeforeValidator(_expanded)] = Field(
        default=None, alias="schema", description="Schema of one item; left out, an item is a line of text."
    )
    grammar: str | None = Field(
        default=None, description="GBNF rule body for one line, where the server takes grammars."
    )

    def provides(self) -> frozenset[str]:
        return frozenset({"count", "have", "refused"})

    def item_shape(self) -> dict[str, Any]:
        return self.shape or {"type": "string"}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        if self.shape is not None:
            yield from unmeetable(self.shape, "what is asked for", "schema")
        known = list((self.shape or {}).get("properties", {}))
        for where, name in (("unlike_by", self.unlike_by), ("distinct", self.distinct)):
            if name is not None and name not in known:
                yield DialoomError(
                    f"an item has no field '{name}'",
                    place=Place(field=where),
                    remedy=nearest(name, known) or "it goes with a 'schema' of several fields",
                )

    def listing_work(self) -> Work:
        rounds = -(-self.count // (self.each or self.count))
        return Work(
            least=rounds,
            most=(rounds + self.tries) * (JSON_TRIES if self.shape is not None else 1),
            prompt_tokens=self.prompt_tokens(self.prompt),
            completion_tokens=min(self.max_tokens or 10_000, (self.each or self.count) * _TOKENS_PER_ITEM),
        )

    async def items(self, record: Record, context: Context) -> list[Any]:
        """The items: `count` of them, or fewer when every further try brought too little. Raises RecordError."""
        found: list[Any] = []
        refused: list[Any] = []
        taken = self._taken_by_examples()
        seen = NearDuplicates(self.unlike.rouge_l)
        rounds = -(-self.count // (self.each or self.count)) + self.tries
        for number in range(rounds):
            missing = self.count - len(found)
            if missing <= 0:
                break
            variables = {"count": min(missing, self.each or missing), "have": found, "refused": refused}
            for item in await self._ask(record, context, variables, number):
                text = self._compared(item)
                if len(found) >= self.count or not text:
                    continue
                value = self._distinct_value(item)
                if value is not None and value in taken:
                    context.note("refused: another item or an example has the same", field=self.distinct, item=item)
                    continue
                twin = seen.add(text)
                if twin is None:
                    found.append(item)
                    if value is not None:
                        taken.add(value)
                else:
                    refused.append(item)
                    context.note("refused as a near-duplicate", item=item, of=twin.other, rouge_l=round(twin.score, 3))
        if len(found) < self.at_least:
            raise RecordError(
                f"only {len(found)} of {self.count} different items came in {rounds} rounds",
                remedy="loosen 'unlike', raise 'tries', or lower 'at_least'",
            )
        if len(found) < self.count:
            context.note("fewer items than asked for", wanted=self.count, got=len(found))
        return found

    def _distinct_value(self, item: Any) -> str | None:
        if self.distinct is None or not isinstance(item, Mapping):
            return None
        return str(item.get(self.distinct)).casefold()

    def _taken_by_examples(self) -> set[str]:
        """What the examples have in the field that items may not share: a model likes to copy names."""
        rows = self.examples.loaded if self.examples is not None and self.distinct is not None else ()
        return {value for _, row in rows for item in self._example_items(row) if (value := self._distinct_value(item))}

    def _compared(self, item: Any) -> str:
        if isinstance(item, Mapping):
            # Names of fields, which all items share, would make any two alike.
            values = [item.get(self.unlike_by)] if self.unlike_by is not None else list(item.values())
            return " ".join(value if isinstance(value, str) else orjson.dumps(value).decode() for value in values)
        return item if isinstance(item, str) else orjson.dumps(item).decode()

    async def _ask(self, record: Record, context: Context, variables: Mapping[str, Any], number: int) -> list[Any]:
        count: int = variables["count"]
        messages = self.messages(
            self.prompt,
            {**record.fields, **variables},
            context,
            answer=lambda row: self._example_answer(row, count, number),
            variables=lambda row: {"count": count, "have": [], "refused": []},
        )
        if self.shape is not None:
            # `$ref` counts from the root, so the definitions of an item's schema move there.
            item = {key: value for key, value in self.shape.items() if key != "$defs"}
            schema = {
                "type": "object",
                "properties": {"items": {"type": "array", "items": item, "minItems": count, "maxItems": count}},
                "required": ["items"],
                "additionalProperties": False,
            } | ({"$defs": self.shape["$defs"]} if "$defs" in self.shape else {})
            answer = await context.ask_json(self.model, messages, schema, params=self.sampling(), sample=number)
            return list(answer["items"])
        grammar = self._line_grammar(count) if context.takes_grammar(self.model) else None
        text = await context.ask(self.model, messages, params=self.sampling(), grammar=grammar, sample=number)
        return read_lines(text)

    def _example_items(self, row: Row) -> list[Any]:
        value = row.get(self.field)
        return value if isinstance(value, list) else [] if value is None else [value]

    def _example_answer(self, row: Row, count: int, number: int) -> str | None:
        items = self._example_items(row)
        if not items:
            return None
        turned = number * count % len(items)
        shown = [*items[turned:], *items[:turned]][:count]
        if self.shape is not None:
            return orjson.dumps({"items": shown}).decode()
        return "\n".join(f"- {item}" for item in shown)

    def _line_grammar(self, count: int) -> str:
        line = self.grammar or r"[^\x00-\x20<>{}\[\]|#*_`-] [^\x00-\x1f<>{}\[\]|#*_`]{8,90}"
        lines = ' "\\n" '.join(['"- " line'] * count)
        return f"root ::= {lines}\nline ::= {line}\n"


def read_lines(text: str) -> list[str]:
    """The items of a list that a model wrote: its bulleted or numbered lines, or every line where there are none."""
    lines = [line for line in text.splitlines() if line.strip()]
    bulleted = [line for line in lines if _BULLET.match(line)]
    return [item for line in bulleted or lines if (item := _BULLET.sub("", line).strip().strip("\"'*").strip())]
