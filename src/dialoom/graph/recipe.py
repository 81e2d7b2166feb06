"""A recipe: models, source, graph, quality and corpus of one data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SerializeAsAny

from dialoom.graph.node import Node
from dialoom.graph.record import digest
from dialoom.graph.source import Source, SourceField
from dialoom.graph.yaml_file import Lines
from dialoom.models import ModelConfig

# What a field of the recipe must not count in: it cannot alter a record.
_NOT_CONTENT: Any = {
    "about": True,
    "source": True,
    "corpus": True,
    "models": {"__all__": {"price", "concurrency", "timeout", "tries", "key", "slots", "threads"}},
}


class Quality(BaseModel):
    """What a finished record must be to be kept."""

    model_config = ConfigDict(extra="forbid")

    rules: list[str] = Field(
        default_factory=list,
        description="SQL predicates over metrics, such as `turns >= 4`; all must hold for a record to be kept.",
    )


class Recipe(BaseModel):
    """A recipe, from a file or built node by node.

    ```python
    recipe = Recipe(recipe="calls", models={"writer": "embedded"}, source=[{"topic": "lost luggage"}])
    recipe.add("dialogue", "converse", prompt="A call about {{ topic }}.")
    ```
    """

    model_config = ConfigDict(extra="forbid")

    recipe: str = Field(description="The recipe's name.", min_length=1)
    about: str | None = Field(default=None, description="What it makes, in a sentence.")
    seed: int = Field(default=0, description="Every random choice of a run follows from it.")
    models: dict[str, SerializeAsAny[ModelConfig]] = Field(description="The models, by the names that nodes use.")
    source: SourceField = Field(description="Where the seed records come from.")
    nodes: dict[str, SerializeAsAny[Node]] = Field(default_factory=dict, description="The steps, run in this order.")
    quality: Quality = Field(default_factory=Quality, description="What a record must be to be kept.")
    corpus: Path | None = Field(
        default=None, description="Where dialogues are kept; left out, `corpus` in the run directory."
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
        """Append a node; returns the recipe. Raises RecipeError on a wrong kind or field."""
        from dialoom.graph.parse_recipe import parse_node

        self.nodes[name] = parse_node(name, kind, fields)
        return self

    def content_hash(self) -> str:
        """A hash over all of it that can alter a record, examples and code files that it names included."""
        content = self.model_dump(mode="json", exclude=_NOT_CONTENT)
        return digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode(), *self._file_contents())

    def _file_contents(self) -> Sequence[str]:
        named = [path for node in self.nodes.values() for path in _paths(node) if (self._folder / path).is_file()]
        return [digest((self._folder / path).read_bytes().hex()) for path in named]


def _paths(value: Any) -> list[Path]:
    if isinstance(value, Path):
        return [value]
    if isinstance(value, BaseModel):
        return [path for name in type(value).model_fields for path in _paths(getattr(value, name))]
    if isinstance(value, Mapping):
        return [path for item in value.values() for path in _paths(item)]
    if isinstance(value, list):
        return [path for item in value for path in _paths(item)]
    return []


__all__ = ["Quality", "Recipe", "Source"]
