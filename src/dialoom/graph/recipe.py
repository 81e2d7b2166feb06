"""A recipe: models, source, graph, quality and corpus of one data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import orjson
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SerializeAsAny

from dialoom.errors import DialoomError, Place, RecipeError
from dialoom.graph.bounds import Bounds
from dialoom.graph.container import Container, Part, parts
from dialoom.graph.node import Node
from dialoom.graph.record import digest
from dialoom.graph.sink import Sink
from dialoom.graph.source import Source
from dialoom.models import ModelConfig
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.quality import TagColumn
from dialoom.quality.gate.settings import SEED, BestOf, DiverseField, QuotaField
from dialoom.yaml_file import Lines

# The kind of a node that is a function of Python.
_FUNCTION = "function"
# What cannot alter a record.
_NOT_CONTENT = {"about", "source", "corpus", "held_out", "models", "bounds", "sinks"}


class Quality(BaseModel):
    """What a finished record must be to be kept."""

    model_config = ConfigDict(extra="forbid")

    rules: list[str] = Field(
        default_factory=list,
        description="SQL predicates over metrics and tags, such as `turns >= 4` and `judge.overall >= 3.5`; all must "
        "hold for a record to be kept.",
    )
    judge: dict[str, Any] | None = Field(
        default=None,
        description="A `judge` node, without its kind, that every record passes before the rules decide.",
    )
    best_of: BestOf | None = Field(
        default=None, description="Of the records that meet all rules, the best of each group."
    )
    near: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="At the end of the run, no two records that are so alike: the Jaccard index of their word pairs.",
    )
    quotas: dict[str, QuotaField] = Field(
        default_factory=dict,
        description="At most so many for each value of a field or band of a metric, such as {topic: 20}.",
    )
    diverse: DiverseField | None = Field(
        default=None, description="At the end of the run, so many that stand for all that is left."
    )

    @property
    def for_whole_set(self) -> Quality:
        """What can only be decided at the end of a run, when all its records are known."""
        return Quality(
            best_of=self.best_of if self._best_waits else None,
            near=self.near,
            quotas=self.quotas if self._quotas_wait else {},
            diverse=self.diverse,
        )

    @property
    def for_stream(self) -> Quality:
        """What is decided as records come to their end, in the order of their seeds."""
        return Quality(
            rules=self.rules,
            best_of=None if self._best_waits else self.best_of,
            quotas={} if self._quotas_wait else self.quotas,
        )

    @property
    def _best_waits(self) -> bool:
        return self.best_of is not None and self.best_of.by != SEED

    @property
    def _quotas_wait(self) -> bool:
        # Else they would be filled by what the best of its group beats, and by near-duplicates.
        return self._best_waits or self.near is not None


class Recipe(PlainNumbers):
    """A recipe, from a file or built node by node.

    ```python
    recipe = Recipe(recipe="calls", models={"writer": "embedded"}, source=[{"topic": "lost luggage"}])
    recipe.add("dialogue", "converse", prompt="A call about {{ topic }}.")
    ```
    """

    model_config = ConfigDict(extra="forbid")

    recipe: str = Field(description="The recipe's name; no path.", min_length=1, pattern=r"^[^/\\.][^/\\]*$")
    about: str | None = Field(default=None, description="What it makes, in a sentence.")
    seed: int = Field(default=0, description="Every random choice of a run follows from it.")
    models: dict[str, SerializeAsAny[ModelConfig]] = Field(description="The models, by the names that nodes use.")
    source: SerializeAsAny[Source] = Field(description="Where the seed records come from.")
    nodes: dict[str, SerializeAsAny[Node]] = Field(default_factory=dict, description="The steps, run in this order.")
    quality: Quality = Field(default_factory=Quality, description="What a record must be to be kept.")
    bounds: Bounds = Field(default_factory=Bounds, description="Where a run ends before its source does.")
    corpus: Path | str | None = Field(
        default=None,
        description="Where dialogues are kept, a folder or a URL (s3://...); left out, `corpus` in the run directory.",
    )
    sinks: list[SerializeAsAny[Sink]] = Field(
        default_factory=list, description="What the dialogues that were kept are written to when a run has finished."
    )
    held_out: list[Path | str] = Field(
        default_factory=list,
        description="Corpora (folders or URLs), directories of runs, folders of a split, or files, whose held-out "
        "dialogues the recipe must not read; nor those of its own corpus.",
    )

    _lines: Lines = PrivateAttr(default_factory=Lines)
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    def __init__(self, recipe: str | None = None, /, **fields: Any) -> None:
        if recipe is not None:
            fields["recipe"] = recipe
        from dialoom.graph.parse_recipe import prepare_fields

        super().__init__(**prepare_fields(fields))

    @property
    def lines(self) -> Lines:
        """Where in its file each part stands."""
        return self._lines

    @property
    def folder(self) -> Path:
        """Where the relative paths in it start."""
        return self._folder

    def located(self, lines: Lines, folder: Path) -> Recipe:
        """Tell it which file it came from."""
        self._lines = lines
        self._folder = folder
        return self

    def add(self, name: str | Node, kind: str | type[Node] | None = None, **fields: Any) -> Recipe:
        """Append a node, by its name, kind and fields, or one that was made before, such as by `dialoom.node`; returns
        the recipe. Raises RecipeError on a wrong kind or field, or a name that is taken."""
        from dialoom.graph.parse_recipe import parse_node

        made = name if isinstance(name, Node) else None
        name = name.name if isinstance(name, Node) else name
        if name in self.nodes:
            raise RecipeError([DialoomError("there is a node of that name", place=Place(field=f"nodes.{name}"))])
        if made is None and kind is None:
            raise RecipeError([DialoomError("the node has no kind", place=Place(field=f"nodes.{name}"))])
        self.nodes[name] = made if made is not None else parse_node(name, kind or "", fields, self.models, self._folder)
        # Every record passes it last, whatever is added after it was named.
        closing = [other for other, node in self.nodes.items() if node.closing]
        for other in closing:
            self.nodes[other] = self.nodes.pop(other)
        return self

    @overload
    def node(self, function: Callable[..., Any], /) -> Callable[..., Any]: ...

    @overload
    def node(
        self, /, *, name: str | None = None, **fields: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...

    def node(self, function: Callable[..., Any] | None = None, /, *, name: str | None = None, **fields: Any) -> Any:
        """Append a function as a node, by decoration; the function stays what it is.

        ```python
        @recipe.node
        def shout(line: str) -> str:
            return line.upper()
        ```

        Args:
            name: the node's name; left out, the function's. What is decorated again under the same name, as a cell of a
                notebook that is run again, takes the place of the earlier one.
            fields: of the node, such as `when`, `next`, `into` and `fields`.
        """

        def added(function: Callable[..., Any]) -> Callable[..., Any]:
            # Kinds are found by name: they live in a room above this one.
            own = name or function.__name__
            earlier = self.nodes.get(own)
            if earlier is not None and earlier.kind == _FUNCTION:
                places = list(self.nodes)
                del self.nodes[own]
                self.add(own, _FUNCTION, call=function, **fields)
                for other in places[places.index(own) + 1 :]:
                    self.nodes[other] = self.nodes.pop(other)
            else:
                self.add(own, _FUNCTION, call=function, **fields)
            return function

        return added if function is None else added(function)

    def content_hash(self) -> str:
        """A hash over all of it that can alter a record, examples and code files that it names included."""
        content = self.model_dump(mode="json", exclude=_NOT_CONTENT)
        used = {model for node in self.nodes.values() for model in node.asked().values()}
        content["models"] = {name: self.models[name].content() for name in sorted(used & self.models.keys())}
        called = {part.name: names for part in self.parts() if (names := _called_otherwise(part.node))}
        if called:
            content["called"] = called
        code = [part.node.code() for part in self.parts()]
        # Keys keep their order: that of nodes, weights and schema fields alters records.
        return digest(orjson.dumps(content).decode(), *self._file_contents(), *code)

    def parts(self) -> Iterator[Part]:
        """All its nodes, those inside others and what is done before and after them too."""
        return parts(self.nodes)

    def files(self) -> list[Path]:
        """The files that its nodes name, whose content can alter what they do."""
        return [(part.folder or self._folder) / path for part in self.parts() for path in part.node.files()]

    def columns(self) -> list[TagColumn]:
        """The tags that its quality rules may name. Known once its nodes are prepared."""
        return [TagColumn(name, kind) for node in self.nodes.values() for name, kind in node.columns().items()]

    def _file_contents(self) -> Sequence[str]:
        return [digest(path.read_bytes().hex()) for path in self.files() if path.is_file()]


def _called_otherwise(node: Node) -> dict[str, str]:
    """Models that a node of another recipe asks by other names than this one's."""
    if isinstance(node, Container):
        return {}
    return {name: node.called(name) for name in sorted(set(node.models().values())) if node.called(name) != name}


__all__ = ["Quality", "Recipe", "Source"]
