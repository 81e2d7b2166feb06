"""The categories that a model files records under, and tidy tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dialoom.errors import DialoomError, RecipeError
from dialoom.problems import explain
from dialoom.yaml_file import read_yaml

_SHIPPED = Path(__file__).parent / "taxonomy.yaml"


class Category(BaseModel):
    """What belongs to a category, and the finer ones in it."""

    model_config = ConfigDict(extra="forbid")

    about: str = Field(description="What belongs to it.")
    subcategories: dict[str, str] = Field(
        default_factory=dict, description="Finer categories, with what belongs to each."
    )


Taxonomy = dict[str, str | Category]
_TAXONOMY: TypeAdapter[Taxonomy] = TypeAdapter(Taxonomy)


def taxonomy_of(written: Mapping[str, str | Category]) -> dict[str, Category]:
    """The categories by their names, as written in a recipe. Raises DialoomError where there are fewer than two."""
    if len(written) < 2:
        raise DialoomError(
            "a taxonomy needs two categories or more", remedy="give each its name and what belongs to it"
        )
    return {name: Category(about=each) if isinstance(each, str) else each for name, each in written.items()}


def read_taxonomy(path: Path | None) -> dict[str, Category]:
    """The categories in a YAML file, or those that ship.

    Raises DataError for a file that cannot be read, RecipeError with file, line and field of all that is wrong in it.
    """
    data, lines = read_yaml(path or _SHIPPED, "categories, each with what belongs to it")
    try:
        return taxonomy_of(_TAXONOMY.validate_python(data))
    except ValidationError as error:
        raise RecipeError(explain(error, None, (), lines)) from error


def tidy_tags(tags: Sequence[Any]) -> list[str]:
    """The tags in small letters, without punctuation and repetition, in the order said."""
    words = [" ".join(re.findall(r"[^\W_]+(?:[+#]+|'[^\W_]+)?", str(tag).casefold())) for tag in tags]
    return list(dict.fromkeys(word for word in words if word))
