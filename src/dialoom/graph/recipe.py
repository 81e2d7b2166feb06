"""A recipe: models, source, graph, quality and corpus of one data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SerializeAsAny

from dialoom.errors import DialoomError, Place, RecipeError
from dialoom.graph.bounds import Bounds
from dialoom.graph.node import Node
from dialoom.graph.record import digest
from dialoom.graph.sink import Sink
from dialoom.graph.source import Source
from dialoom.models import ModelConfig
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.quality import TagColumn
from dialoom.quality.gate.settings import SEED, BestOf, DiverseField, QuotaField
from dialoom.yaml_file import Lines

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
        if self.best_of is not None and self.best_of.by != SEED:
            return Quality(best_of=self.best_of, quotas=self.quotas, diverse=self.diverse)
        return Quality(diverse=self.diverse)

    @property
    def for_stream(self) -> Quality:
        """What is decided as records come to their end, in the order of their seeds."""
        if self.best_of is not None and self.best_of.by != SEED:
            return Quality(rules=self.rules)
        return Quality(rules=self.rules, best_of=self.best_of, quotas=self.quotas)


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

    def add(self, name: str, kind: str | type[Node], **fields: Any) -> Recipe:
        """Append a node; returns the recipe. Raises RecipeError on a wrong kind or field, or a name that is taken."""
        from dialoom.graph.parse_recipe import parse_node

        if name in self.nodes:
            raise RecipeError([DialoomError("there is a node of that name", place=Place(field=f"nodes.{name}"))])
        self.nodes[name] = parse_node(name, kind, fields)
        # Every record passes it last, whatever is added after it was named.
        closing = [other for other, node in self.nodes.items() if node.closing]
        for other in closing:
            self.nodes[other] = self.nodes.pop(other)
        return self

    def content_hash(self) -> str:
        """A hash over all of it that can alter a record, examples and code files that it names included."""
        content = self.model_dump(mode="json", exclude=_NOT_CONTENT)
        used = {model for node in self.nodes.values() for model in node.models().values()}
        content["models"] = {name: self.models[name].content() for name in sorted(used & self.models.keys())}
        code = [node.code() for node in self.nodes.values()]
        # Keys keep their order: that of nodes, weights and schema fields alters records.
        return digest(orjson.dumps(content).decode(), *self._file_contents(), *code)

    def columns(self) -> list[TagColumn]:
        """The tags that its quality rules may name. Known once its nodes are prepared."""
        return [TagColumn(name, kind) for node in self.nodes.values() for name, kind in node.columns().items()]

    def _file_contents(self) -> Sequence[str]:
        named = [self._folder / path for node in self.nodes.values() for path in node.files()]
        return [digest(path.read_bytes().hex()) for path in named if path.is_file()]


__all__ = ["Quality", "Recipe", "Source"]
