"""`subgraph`: the nodes of another recipe, or some written in place, as one node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dialoom.errors import DialoomError, Place
from dialoom.graph.container import Container
from dialoom.graph.context import Context
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import Graph
from dialoom.graph.node import Fields, Shape
from dialoom.graph.record import Record
from dialoom.graph.template import Expression, Template


def _as_mapping(value: Any) -> Any:
    """`[dialogue, plan]` is short for fields that keep their names."""
    value = [value] if isinstance(value, str) else value
    return {name: name for name in value} if isinstance(value, list) else value


Fieldwise = Annotated[
    dict[str, Expression],
    BeforeValidator(_as_mapping, json_schema_input_type=str | list[str] | dict[str, str]),
]


class Subgraph(Container):
    """Walk through the nodes of another recipe, or through those in `nodes`, and go on with what they wrote.

    They see the record's fields, or with `in` those alone that it names; with `out` only what it names comes back. A
    record may become several inside, be rejected, branch and loop. Where the other recipe asks a model that this one
    has by the same name, this one's is asked.
    """

    walked = True

    kind: Literal["subgraph"] = "subgraph"
    recipe: str | None = Field(
        default=None, description="The recipe file whose nodes are taken, or the name of a recipe that ships."
    )
    part: list[str] = Field(default_factory=list, description="Only these of its nodes, in its order.")
    changes: dict[str, Any] = Field(
        default_factory=dict,
        alias="with",
        description="Values in place of its own, such as nodes.dialogue.turns: 4..6 or models.writer: small.",
    )
    given: Fieldwise | None = Field(
        default=None,
        alias="in",
        description="What its nodes see, {NAME INSIDE: EXPRESSION OUTSIDE} or a list of names; left out, all.",
    )
    out: Fieldwise | None = Field(
        default=None,
        description="The fields that come back, {NAME OUTSIDE: EXPRESSION INSIDE} or a list of names; left out, all "
        "that its nodes wrote.",
    )

    def templates(self) -> Iterator[tuple[str, Template]]:
        # What comes out is read of the fields inside.
        return ((where, template) for where, template in super().templates() if not where.startswith("out."))

    def enters(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        if self.given is None:
            return shapes
        return {name: _shape(expression, shapes) for name, expression in self.given.items()}

    def shapes_at(self, shapes: Mapping[str, Shape]) -> Callable[[str], Mapping[str, Shape]]:
        return FieldFlow(Graph(self.nodes), self.enters(shapes)).at if self.nodes else super().shapes_at(shapes)

    def writes(self) -> Mapping[str, Shape]:
        return self.written({})

    def written(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        start = self.enters(shapes)
        end = FieldFlow(Graph(self.nodes), start).at_end() if self.nodes else {}
        if self.out is not None:
            return {name: _shape(expression, end) for name, expression in self.out.items()}
        return {name: shape for name, shape in end.items() if name not in start or start[name] != shape}

    def tags(self) -> frozenset[str]:
        inner = super().tags()
        if self.out is None:
            return inner
        return frozenset(name for name, expression in self.out.items() if expression.source in inner)

    def columns(self) -> Mapping[str, Any]:
        inner = super().columns()
        if self.out is None:
            return inner
        names = {expression.source: name for name, expression in self.out.items()}
        return {
            f"{names[first]}.{rest}": kind
            for column, kind in inner.items()
            for first, _, rest in (column.partition("."),)
            if first in names
        }

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        if not self.nodes:
            yield DialoomError("there are no nodes in it", place=Place(field="nodes"), remedy="name a 'recipe'")
            return
        end = FieldFlow(Graph(self.nodes), self.enters(shapes)).at_end()
        for name, expression in (self.out or {}).items():
            for variable in sorted(expression.variables - end.keys()):
                yield DialoomError(
                    f"no node inside writes '{variable}'",
                    place=Place(field=f"out.{name}"),
                    remedy=f"at its end there are {', '.join(sorted(end))}",
                )

    def start_fields(self, fields: Mapping[str, Any]) -> Fields:
        """The fields with which a record goes in."""
        if self.given is None:
            return dict(fields)
        return {name: expression.value(fields) for name, expression in self.given.items()}

    def end_fields(self, fields: Mapping[str, Any], given: Mapping[str, Any]) -> Fields:
        """The fields that a record brings back, given those it went in with."""
        if self.out is not None:
            return {name: expression.value(fields) for name, expression in self.out.items()}
        return {name: value for name, value in fields.items() if name not in given or given[name] is not value}

    async def run(self, record: Record, context: Context) -> Fields:
        raise AssertionError("the engine walks through a subgraph and does not run it")


def _shape(expression: Expression, shapes: Mapping[str, Shape]) -> Shape:
    return shapes.get(expression.source, {})


NODE = Subgraph
