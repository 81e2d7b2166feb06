"""A record's way through the graph."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from dialoom.engine.sink import Finished
from dialoom.engine.visit import Stopped, Visit
from dialoom.errors import BoundReached, EndpointError, RecordError, Rejected, StorageError
from dialoom.graph.container import Container
from dialoom.graph.graph import END, REJECT, Graph
from dialoom.graph.node import Children, Node
from dialoom.graph.record import Record


@dataclass(frozen=True, slots=True)
class Branched:
    """The record went on as several, which go on after `node`."""

    children: list[Record]
    node: str


@dataclass(slots=True)
class _At:
    """Where a record is: a node's full name, and whether it has still to be visited."""

    node: str
    arrived: bool


class Walker:
    """Walks records: run the node, merge its fields, follow the edge.

    A record that comes to a subgraph walks through its nodes, which are called `outer/inner`, with fields of its own.

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
        at = _At(after or self._graph.start, arrived=after is None)
        try:
            if after is not None:
                await self._do_after(record, after, self._graph.node(after))
            return await self._go(record, at, 0) or Finished(record, at.node)
        except Rejected as rejected:
            return _ended(Finished(record, rejected.node or at.node, "rejected", tuple(rejected.reasons)))
        except RecordError as error:
            return _ended(Finished(record, error.node or at.node, "failed", (str(error),)))
        except (Stopped, BoundReached, EndpointError, StorageError):
            raise
        except Exception as error:  # noqa: BLE001
            # A fault in a node, ours or a plug-in's, costs the record it met and is kept with its traceback.
            trace = "".join(traceback.format_exception(error)[-3:])
            return _ended(Finished(record, at.node, "failed", (f"{type(error).__name__}: {error}", trace)))

    async def _go(self, record: Record, at: _At, depth: int) -> Branched | None:
        """Walk on until the record branches, or comes to the end of the graph that lies `depth` subgraphs deep."""
        while True:
            if self._stopping():
                raise Stopped
            if at.arrived:
                node = self._graph.node(at.node)
                children = await self._step(record, at.node, node)
                if children is not None:
                    return Branched(children, at.node)
                if record.frames and record.frames[-1].node == at.node:
                    at.node = f"{at.node}/{self._graph.inside(at.node).start}"
                    continue
            following = self._next(record, at.node)
            while following == END:
                if len(record.frames) == depth:
                    return None
                at.node = await self._leave(record)
                following = self._next(record, at.node)
            outer = at.node.rpartition("/")[0]
            at.node, at.arrived = f"{outer}/{following}" if outer else following, True

    async def _step(self, record: Record, name: str, node: Node) -> list[Record] | None:
        """Visit a node; the records that it made of this one, if so."""
        record.path.append(name)
        # A visit that is skipped counts too, or a loop of such visits would never end.
        record.visits[name] = record.visits.get(name, 0) + 1
        if node.when is not None and not node.when.holds(record.fields):
            record.path[-1] = f"{name} (skipped)"
            return None
        visit = self._context(record, name)
        for hook in node.before:
            record.fields.update(await _hooked(hook, visit))
        if isinstance(node, Container) and node.walked:
            record.enter(name, node.start_fields(record.fields))
            return None
        node, drawn = node.for_record(record, visit)
        record.fields.update(drawn)
        called = len(record.calls)
        result = await node.run(record, visit)
        record.tags |= node.tags()
        if not isinstance(result, Children):
            record.fields.update(result)
            await self._do_after(record, name, node)
            return None
        before = record.calls[:called]
        children = [
            record.child(name, index, fields, None if result.calls is None else [*before, *result.calls[index]])
            for index, fields in enumerate(result.fields[: self._children])
        ]
        if not children:
            raise Rejected(f"{name} made no records")
        return children

    async def _do_after(self, record: Record, name: str, node: Node) -> None:
        for hook in node.after:
            record.fields.update(await _hooked(hook, self._context(record, name)))

    async def _leave(self, record: Record) -> str:
        """Let the record out of the subgraph that it is in; which that was."""
        frame = record.frames[-1]
        node = self._graph.node(frame.node)
        assert isinstance(node, Container)
        record.leave(node.end_fields(record.fields, frame.given), node.tags())
        await self._do_after(record, frame.node, node)
        return frame.node

    async def _inside(self, record: Record, name: str, node: Node) -> None:
        """Visit a node beside others; where it is a subgraph, walk to its end."""
        depth = len(record.frames)
        at = _At(name, arrived=True)
        try:
            children = await self._step(record, name, node)
            if children is None and len(record.frames) > depth:
                at.node = f"{name}/{self._graph.inside(name).start}"
                branched = await self._go(record, at, depth + 1)
                children = branched.children if branched is not None else None
                if children is None:
                    await self._leave(record)
            if children is not None:
                raise RecordError("it made several records of one, which cannot be done side by side")
        except (Rejected, RecordError) as error:
            error.node = error.node or at.node
            while len(record.frames) > depth:
                record.leave(record.fields, record.tags)
            raise

    def _context(self, record: Record, name: str) -> Visit:
        visit = self._visit(record, name)
        visit.inside = self._inside
        visit.called = self._graph.node(name).called
        return visit

    def _next(self, record: Record, full: str) -> str:
        outer, _, name = full.rpartition("/")
        graph = self._graph.inside(outer)
        for edge in graph.edges(name):
            target = graph.nodes.get(edge.to)
            if target is not None and record.times(f"{outer}/{edge.to}" if outer else edge.to) >= target.visits:
                continue
            if edge.condition is None or edge.condition.holds(record.fields):
                if edge.to == REJECT:
                    why = f": {edge.condition.source}" if edge.condition is not None else ""
                    raise Rejected(f"rejected at {full}{why}")
                return edge.to
        raise Rejected(f"after {full}, every way on was taken as often as its limit of visits allows")


async def _hooked(hook: Node, visit: Visit) -> dict[str, object]:
    result = await hook.run(visit.record, visit)
    if isinstance(result, Children):
        raise RecordError("what is done before or after a node cannot make several records of one")
    return result


def _ended(finished: Finished) -> Finished:
    finished.record.surface()
    return finished
