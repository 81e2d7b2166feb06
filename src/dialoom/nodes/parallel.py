"""`parallel`: nodes that do not depend on each other, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from dialoom.errors import DialoomError, Place, RecordError, Rejected
from dialoom.graph.container import Container
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.nodes._side_by_side import side_by_side


class Parallel(Container):
    """Visit several nodes at once; each finds the record as it was before them, and the fields of all are merged.

    The record is the same whichever answers first. One that fails or rejects costs the record, once all are over.
    """

    kind: Literal["parallel"] = "parallel"

    def writes(self) -> Mapping[str, Shape]:
        return self.written({})

    def written(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        known: dict[str, Shape] = {}
        for node in self.nodes.values():
            known |= _writes(node, {**shapes, **self.draws()})
        return known

    def draws(self) -> Mapping[str, Shape]:
        drawing = self._drawing()
        return {} if drawing is None else drawing.draws()

    def for_record(self, record: Record, context: Context) -> tuple[Node, Fields]:
        # Drawn once for all, or each would go on with another model and none could say with which.
        drawing = self._drawing()
        return self, {} if drawing is None else drawing.for_record(record, context)[1]

    def _drawing(self) -> Node | None:
        return next((node for node in self.nodes.values() if node.draws()), None)

    def wrong_inside(self, name: str, node: Node) -> str | None:
        if node.next:
            return "nodes side by side have no 'next': put those that follow one another in a subgraph"
        if node.makes_records():
            return f"'{node.kind}' makes several records of one, which cannot be done side by side"
        return None

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        if len(self.nodes) < 2:
            yield DialoomError(
                "nothing is side by side here",
                place=Place(field="nodes"),
                remedy="give it two nodes or more, or put the one beside the others",
            )
        written: dict[str, str] = {}
        for name, node in self.nodes.items():
            for field in _writes(node, {**shapes, **self.draws()}):
                if field in written:
                    yield DialoomError(
                        f"'{written[field]}' and '{name}' both write '{field}', and it cannot be said whose is kept",
                        place=Place(field=f"nodes.{name}"),
                        remedy="give one of them another name or 'into', or let a subgraph's 'out' leave it inside",
                    )
                written.setdefault(field, name)

    async def run(self, record: Record, context: Context) -> Fields:
        works = [partial(_visited, name, node) for name, node in self.nodes.items()]
        ended = await side_by_side(works, context)
        # One that rejects would do so again where another failed and is tried again.
        for end in ended:
            if isinstance(end, _Refused):
                raise end.why
        for end in ended:
            if isinstance(end, RecordError):
                raise end
        fields: Fields = {}
        for name, end in zip(self.nodes, ended, strict=True):
            assert isinstance(end, dict)
            if twice := sorted(fields.keys() & end.keys()):
                raise RecordError(f"'{twice[0]}' was written by '{name}' and by one beside it")
            fields |= end
        return fields


@dataclass(frozen=True, slots=True)
class _Refused:
    """A node rejected the record; told after the others are over, as a failure is, and not if the run stops."""

    why: Rejected


async def _visited(name: str, node: Node, context: Context) -> Fields | _Refused:
    try:
        return await context.visit(name, node)
    except Rejected as rejected:
        return _Refused(rejected)


def _writes(node: Node, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
    before = {name: shape for hook in node.before for name, shape in hook.writes().items()}
    after = {name: shape for hook in node.after for name, shape in hook.writes().items()}
    return {**before, **node.written({**shapes, **before}), **after}


NODE = Parallel
