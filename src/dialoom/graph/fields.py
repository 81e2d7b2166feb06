"""Which fields a record has at each node, found without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dialoom.graph.graph import Graph
from dialoom.graph.node import Shape


class FieldFlow:
    """The fields that may reach each node, as a fixed point over the graph.

    Args:
        seeds: fields that a seed record may have.
    """

    def __init__(self, graph: Graph, seeds: Iterable[str]) -> None:
        self._may: dict[str, dict[str, Shape]] = {graph.start: {name: {} for name in seeds}}
        stack = [graph.start]
        while stack:
            name = stack.pop()
            out = {**self._may[name], **graph.nodes[name].draws(), **graph.nodes[name].writes()}
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
