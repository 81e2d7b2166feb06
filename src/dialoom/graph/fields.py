"""Which fields a record has at each node, found without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dialoom.graph.graph import END, Graph
from dialoom.graph.node import Shape


class FieldFlow:
    """The fields that may reach each node, as a fixed point over the graph.

    Args:
        seeds: fields that a record may have at the start, with what is known of their values or without.
    """

    def __init__(self, graph: Graph, seeds: Iterable[str] | Mapping[str, Shape]) -> None:
        self._graph = graph
        start = dict(seeds) if isinstance(seeds, Mapping) else {name: dict[str, object]() for name in seeds}
        self._may: dict[str, dict[str, Shape]] = {graph.start: dict(start)}
        stack = [graph.start]
        while stack:
            name = stack.pop()
            out = graph.nodes[name].known_after(self._may[name])
            for to in graph.successors(name):
                if to not in graph.nodes:
                    continue
                first = to not in self._may
                known = self._may.setdefault(to, {})
                # Where two ways write different things, nothing is known of the value.
                seen = {field: shape if known.get(field, shape) == shape else {} for field, shape in out.items()}
                fresh = {field: shape for field, shape in seen.items() if field not in known or known[field] != shape}
                known.update(fresh)
                if first or fresh:
                    stack.append(to)

    def at(self, name: str) -> Mapping[str, Shape]:
        """The fields that may be there when a record comes to a node, with what is known of their values."""
        return self._may.get(name, {})

    def at_end(self) -> Mapping[str, Shape]:
        """The fields that may be there when a record has come to the end."""
        found: dict[str, Shape] = {}
        for name, node in self._graph.nodes.items():
            if END in self._graph.successors(name) and name in self._may:
                out = node.known_after(self._may[name])
                found |= {field: shape if found.get(field, shape) == shape else {} for field, shape in out.items()}
        return found
