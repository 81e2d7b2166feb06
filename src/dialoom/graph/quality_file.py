"""What a file says of quality: a recipe's section, or that section alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from dialoom.errors import DialoomError, RecipeError
from dialoom.graph.recipe import Quality
from dialoom.problems import explain
from dialoom.yaml_file import Key, Lines, read_yaml


def read_quality(path: Path) -> tuple[Quality, Lines, tuple[Key, ...]]:
    """The quality section of a recipe, or of a file that holds nothing else; its lines, and where in them it is.

    Raises RecipeError with every problem and its line, and DataError where the file cannot be read.
    """
    data, lines = read_yaml(path)
    where: tuple[Key, ...] = ("quality",) if "quality" in data else ()
    if not where and not data.keys() & Quality.model_fields.keys():
        what = "it says nothing of quality"
        remedy = "name a recipe with 'quality', or a file with 'rules', 'quotas', 'best_of', 'near' or 'diverse'"
        raise RecipeError([DialoomError(what, place=lines.place(()), remedy=remedy)])
    try:
        return Quality.model_validate(data["quality"] if where else data), lines, where
    except ValidationError as error:
        raise RecipeError(explain(error, Quality, where, lines)) from error
