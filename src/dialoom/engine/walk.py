"""A record's way through the graph."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from dialoom.engine.sink import Finished
from dialoom.engine.visit import Stopped, Visit
from dialoom.errors import BoundReached, EndpointError, RecordError, Rejected, StorageError
from dialoom.graph.graph import END, REJECT, Graph
from dialoom.graph.node import Children
from dialoom.graph.record import Record


@dataclass(frozen=True, slots=True)
class Branched:
    """The record went on as several, which go on after `node`."""

    children: list[Record]
    node: str


class Walker:
    """Walks records: run the node, merge its fields, follow the edge.

    Args:
        visit: makes the context of a node's visit to a record.
        stopping: whether the run is stopping.
        children: of every expansion take only the first so many records; None takes all.
    """

    def __init__(
        self,
        graph: Graph,
        visit: Callable[[Record, str], Visit],
        stopping: Callable[[], bool],
        children: int | None = None,
    ) -> None:
        self._graph = graph
        self._visit = visit
        self._stopping = stopping
        self._children = children

    async def walk(self, record: Record, after: str | None) -> Finished | Branched:
        """Walk a record from the start, or from `after` a node, to an end or to where it branches.

        Raises Stopped, BoundReached, EndpointError or StorageError; everything else is the record's own failure.
        """
        name = after or self._graph.start
        arrived = after is None
        while True:
            if self._stopping():
                raise Stopped
            try:
                if arrived:
                    branched = await self._step(record, name)
                    if branched is not None:
                        return branched
                following = self._next(record, name)
                arrived = True
            except Rejected as rejected:
                return Finished(record, name, "rejected", tuple(rejected.reasons))
            except RecordError as error:
                return Finished(record, name, "failed", (str(error),))
            except (Stopped, BoundReached, EndpointError, StorageError):
                raise
            except Exception as error:  # noqa: BLE001
                # A fault in a node, ours or a plug-in's, costs the record it met and is kept with its traceback.
                trace = "".join(traceback.format_exception(error)[-3:])
                return Finished(record, name, "failed", (f"{type(error).__name__}: {error}", trace))
            if following == END:
                return Finished(record, name)
            name = following

    async def _step(self, record: Record, name: str) -> Branched | None:
        node = self._graph.nodes[name]
        record.path.append(name)
        # A visit that is skipped counts too, or a loop of such visits would never end.
        record.visits[name] = record.visits.get(name, 0) + 1
        if node.when is not None and not node.when.holds(record.fields):
            record.path[-1] = f"{name} (skipped)"
            return None
        visit = self._visit(record, name)
        node, drawn = node.for_record(record, visit)
        record.fields.update(drawn)
        result = await node.run(record, visit)
        record.tags |= node.tags()
        if not isinstance(result, Children):
            record.fields.update(result)
            return None
        children = [record.child(name, index, fields) for index, fields in enumerate(result.fields[: self._children])]
        if not children:
            raise Rejected(f"{name} made no records")
        return Branched(children, name)

    def _next(self, record: Record, name: str) -> str:
        for edge in self._graph.edges(name):
            target = self._graph.nodes.get(edge.to)
            if target is not None and record.visits.get(edge.to, 0) >= target.visits:
                continue
            if edge.condition is None or edge.condition.holds(record.fields):
                if edge.to == REJECT:
                    why = f": {edge.condition.source}" if edge.condition is not None else ""
                    raise Rejected(f"rejected at {name}{why}")
                return edge.to
        raise Rejected(f"after {name}, every way on was taken as often as its limit of visits allows")
