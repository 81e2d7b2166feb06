"""A node that holds nodes."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr, SerializeAsAny

from dialoom.graph.node import Fields, Node, Shape, Work
from dialoom.yaml_file import Key


class Container(Node, ABC):
    """Base of the kinds that hold other nodes.

    Its nodes are built when the recipe is read, with lines and errors as the recipe's own. A node inside is called by
    both names: `outer/inner`.
    """

    # Whether a record walks from one of its nodes to the next, as through a recipe; else it visits all side by side.
    walked: ClassVar[bool] = False

    nodes: dict[str, SerializeAsAny[Node]] = Field(default_factory=dict, description="The nodes in it, by their names.")

    _folder: Path | None = PrivateAttr(default=None)
    _file: Path | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path | None:
        """Where the relative paths of its nodes start, if not where those of its recipe do."""
        return self._folder

    def lies_in(self, folder: Path, file: Path) -> None:
        """Tell it that its nodes were read from another recipe, where their relative paths start."""
        self._folder, self._file = folder, file

    def enters(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        """The fields that its first node finds, given those that reach it."""
        return shapes

    def shapes_at(self, shapes: Mapping[str, Shape]) -> Callable[[str], Mapping[str, Shape]]:
        """The fields that reach each of its nodes, by the node's name, given those that reach it."""
        return lambda name: shapes

    def wrong_inside(self, name: str, node: Node) -> str | None:
        """Why a node cannot stand in it, if so."""
        return None

    def start_fields(self, fields: Mapping[str, Any]) -> Fields:
        """Where records walk through it: the fields with which one goes in."""
        return dict(fields)

    def end_fields(self, fields: Mapping[str, Any], given: Mapping[str, Any]) -> Fields:
        """Where records walk through it: the fields that one brings back, given those it went in with."""
        return dict(fields)

    def makes_records(self) -> bool:
        return any(node.makes_records() for node in self.nodes.values())

    def files(self) -> Iterable[Path]:
        # Its nodes speak for themselves.
        return ()

    @property
    def file(self) -> Path | None:
        """The recipe that its nodes were read from, if it is another one."""
        return self._file

    def models(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, node in self.nodes.items():
            found |= {f"nodes.{name}.{where}": model for where, model in node.asked().items()}
        return found

    def tags(self) -> frozenset[str]:
        return frozenset(tag for node in self.nodes.values() for tag in node.tags())

    def columns(self) -> Mapping[str, Any]:
        return {column: kind for node in self.nodes.values() for column, kind in node.columns().items()}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        at = self.shapes_at(shapes)
        inner = [node.work(at(name)) for name, node in self.nodes.items()]
        most = sum(work.most for work in inner)
        return Work(
            least=sum(work.least for work in inner),
            most=most,
            children=prod(work.children for work in inner),
            prompt_tokens=sum(work.most * work.prompt_tokens for work in inner) // max(1, most),
            completion_tokens=sum(work.most * work.completion_tokens for work in inner) // max(1, most),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A node of a recipe, or one inside such a node, or what is done before or after one.

    Attributes:
        name: with the names of the nodes around it: `calls/plan`.
        path: where in the recipe it stands.
        folder: where its relative paths start, if not where the recipe's do.
        hook: whether it is done before or after the node of that name.
    """

    name: str
    path: tuple[Key, ...]
    node: Node
    folder: Path | None = None
    hook: bool = False


def parts(
    nodes: Mapping[str, Node], path: tuple[Key, ...] = ("nodes",), prefix: str = "", folder: Path | None = None
) -> Iterator[Part]:
    """All nodes of a recipe, in the order written, those inside others right after them."""
    for name, node in nodes.items():
        full, at = prefix + name, (*path, name)
        yield Part(full, at, node, folder)
        for where, hooks in (("before", node.before), ("after", node.after)):
            for index, hook in enumerate(hooks):
                yield Part(full, (*at, where, index), hook, folder, hook=True)
        if isinstance(node, Container):
            yield from parts(node.nodes, (*at, "nodes"), f"{full}/", node.folder or folder)
