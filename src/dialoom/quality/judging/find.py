"""Finding rubrics: those that ship, those of other packages, and the user's own files."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from pydantic import ValidationError

from dialoom.errors import DataError, Place, RecipeError, nearest
from dialoom.problems import explain
from dialoom.quality.judging.rubric import Rubric
from dialoom.registry import UnknownName
from dialoom.yaml_file import read_yaml

_SHIPPED = Path(__file__).parent.parent / "rubrics"
_GROUP = "dialoom.quality.rubrics"


def rubric_names() -> list[str]:
    """The rubrics that can be called by name: those that ship, and those that other packages add by an entry point of
    the group `dialoom.quality.rubrics`, which loads to the path of a YAML file."""
    return sorted(_files())


def is_path(name: str) -> bool:
    """Whether a rubric is named by the path of its file."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def load_rubric(name: str, folder: Path | None = None) -> Rubric:
    """The rubric of that name, or in that YAML file.

    Args:
        folder: where a relative path starts.

    Raises UnknownName for a name that is not known, DataError for a file that cannot be read, RecipeError with file,
    line and field of everything wrong with a rubric.
    """
    path = rubric_file(name, folder)
    data, lines = read_yaml(path, "'about', 'reads' and 'criteria'")
    try:
        return Rubric.model_validate(data).named(path.stem)
    except ValidationError as error:
        raise RecipeError(explain(error, Rubric, (), lines)) from error


def rubric_file(name: str, folder: Path | None = None) -> Path:
    """The file of a rubric. Raises as `load_rubric` does where there is none."""
    if is_path(name):
        path = (folder or Path()) / name
        if not path.is_file():
            raise DataError("there is no such rubric", place=Place(str(path)), remedy="give the path of a YAML file")
        return path
    files = _files()
    if name not in files:
        remedy = nearest(name, list(files)) or ""
        raise UnknownName(f"no rubric is called '{name}'", remedy=f"{remedy}; or give the path of a YAML file")
    return files[name]


def _files() -> dict[str, Path]:
    added = {point.name: Path(point.load()) for point in entry_points(group=_GROUP)}
    return added | {path.stem: path for path in sorted(_SHIPPED.glob("*.yaml"))}
