"""The edges of a recipe: where a record can go from each node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dialoom.graph.container import Container
from dialoom.graph.edge import Edge
from dialoom.graph.node import Node

END = "end"
REJECT = "reject"


class Graph:
    """Nodes in the order written, and the edges between them.

    A node without `next` is followed by the next node written; one whose last edge has a condition falls through to
    it too. Where a node closes the graph, an edge to the end leads to it instead. What a node holds is a graph of its
    own, found by `inside`.
    """

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = dict(nodes)
        names = list(self.nodes)
        self._after = dict(zip(names, [*names[1:], END], strict=False))
        self._closing = next((name for name, node in self.nodes.items() if node.closing), None)
        self._inside = {name: Graph(node.nodes) for name, node in self.nodes.items() if isinstance(node, Container)}
        # A record asks for its edges at each step, and they never change.
        self._edges = {name: self._edges_of(name) for name in names}

    @property
    def start(self) -> str:
        """The first node's name."""
        return next(iter(self.nodes))

    def inside(self, full: str) -> Graph:
        """The graph within a node, by its full name `outer/inner`; the graph itself for an empty one."""
        graph = self
        for name in full.split("/") if full else ():
            graph = graph._inside[name]
        return graph

    def node(self, full: str) -> Node:
        """A node by its full name."""
        outer, _, name = full.rpartition("/")
        return self.inside(outer).nodes[name]

    def edges(self, name: str) -> list[Edge]:
        """The edges out of a node, in the order they are tried; the last one has no condition."""
        return self._edges[name]

    def _edges_of(self, name: str) -> list[Edge]:
        written = self.nodes[name].next
        edges = written if written and written[-1].condition is None else [*written, Edge(to=self._after[name])]
        if self._closing is None or name == self._closing:
            return edges
        return [edge.model_copy(update={"to": self._closing}) if edge.to == END else edge for edge in edges]

    def successors(self, name: str) -> list[str]:
        """The nodes that can follow, `end` and `reject` among them."""
        return [edge.to for edge in self.edges(name)]

    def reachable(self) -> set[str]:
        """The nodes that a record can come to from the start."""
        return set(self._walk(self.start))

    def ends(self, name: str) -> bool:
        """Whether some path leads from a node to an end."""
        return any(not set(self.successors(node)) <= self.nodes.keys() for node in self._walk(name))

    def avoidable(self, name: str) -> bool:
        """Whether some way from the start to an end, or to a rejection, does not lead through a node."""
        if name == self.start:
            return False
        on_the_way = self._walk(self.start, around=name)
        return any(not set(self.successors(node)) <= self.nodes.keys() for node in on_the_way)

    def in_loop(self, name: str) -> bool:
        """Whether a record can come back to a node."""
        return any(name in self._walk(to) for to in self.successors(name) if to in self.nodes)

    def _walk(self, start: str, around: str | None = None) -> Iterator[str]:
        seen = {start} if around is None else {start, around}
        stack = [start]
        while stack:
            name = stack.pop()
            yield name
            fresh = [to for to in self.successors(name) if to in self.nodes and to not in seen]
            seen.update(fresh)
            stack.extend(fresh)
