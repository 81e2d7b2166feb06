"""The nodes of another recipe that stand in a node of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.errors import DataError, DialoomError, Place, RecipeError, nearest
from dialoom.graph.container import Container
from dialoom.models import ModelConfig, parse_model
from dialoom.models.parse_model import config_type
from dialoom.problems import explain
from dialoom.yaml_file import Key, Lines, dotted, read_yaml


@dataclass(slots=True)
class Reading:
    """Where in a recipe, and in which recipe, what is being read stands.

    Attributes:
        folder: where relative paths start.
        files: the recipe, and those that one takes from another; the innermost last.
        models: the models of the outermost recipe; those that inner ones bring along are added.
        names: what models are called there that are called otherwise here.
    """

    folder: Path
    files: tuple[Path, ...] = ()
    models: dict[str, ModelConfig] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_file(cls, path: Path) -> Reading:
        return cls(path.resolve().parent, (path.resolve(),))

    def renamed(self, model: str) -> str:
        """A model's name in the outermost recipe."""
        return self.names.get(model, model)


def open_container(
    kind: type[Container],
    values: dict[str, Any],
    lines: Lines,
    problems: list[DialoomError],
    path: tuple[Key, ...],
    reading: Reading,
) -> Reading | None:
    """Put the nodes of the recipe that a container names into its `values`, and say where they stand.

    Returns `reading` itself where its nodes are written in place, and None, with the problem added, where the other
    recipe cannot be read.
    """
    named = values.get("recipe")
    if named is None or not kind.walked:
        return reading
    try:
        if values.get("nodes"):
            raise DialoomError("there are both 'recipe' and 'nodes'", remedy="take out one of the two")
        if not isinstance(named, (str, Path)):
            raise DialoomError(f"expected a recipe's file or name, got {named!r:.60}")
        file = _find(str(named), reading.folder)
        if file in reading.files:
            chain = " → ".join(each.name for each in (*reading.files[reading.files.index(file) :], file))
            raise DialoomError(f"the recipe would contain itself: {chain}", remedy="take one of them out of the other")
        data, inner_lines = read_yaml(file)
    except DialoomError as error:
        problems += error.problems if isinstance(error, RecipeError) else [_at(lines, (*path, "recipe"), error)]
        return None
    changes = values.get("with") or {}
    if isinstance(changes, Mapping):
        for where, value in changes.items():
            _override(data, str(where), value, lines, inner_lines, (*path, "with", str(where)), problems)
    lines.elsewhere((*path, "nodes"), inner_lines, ("nodes",))
    values["nodes"] = _part(data, values.get("part"), lines, path, problems)
    names = _models(data.get("models"), inner_lines, path, reading, file.parent, problems)
    return replace(reading, folder=file.parent, files=(*reading.files, file), names=names)


def change(data: dict[str, Any], where: str, value: Any, place: Place) -> None:
    """Put a value in place of that in a recipe, by its dotted path. Raises RecipeError, telling `place`."""
    keys = where.split(".")
    target: Any = data
    for depth, key in enumerate(keys[:-1]):
        if depth == 1 and keys[0] in ("nodes", "models") and key not in target:
            raise _not_there(place, f"there is no '{key}' in '{keys[0]}'", nearest(key, list(target)))
        inner = target.setdefault(key, {})
        if isinstance(inner, str) and depth == 1 and keys[0] == "models":
            # models.writer.timeout, where the recipe has the short form.
            inner = target[key] = {"from": inner}
        if not isinstance(inner, dict):
            raise _not_there(place, f"'{dotted(keys[: depth + 1])}' is no mapping in the recipe", None)
        target = inner
    target[keys[-1]] = value


def _find(named: str, folder: Path) -> Path:
    """The file of a recipe: beside this one, or one that ships."""
    file = (folder / named).resolve()
    if file.is_file():
        return file
    spec = find_spec("dialoom.recipes")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    shipped = {each.stem: each for at in folders for each in Path(at).glob("*.yaml")}
    if named in shipped:
        return shipped[named].resolve()
    if file.suffix in (".yaml", ".yml"):
        raise DataError(f"there is no file {named}", remedy=f"relative paths start at the recipe's folder, {folder}")
    raise DialoomError(f"no recipe that ships is called '{named}'", remedy=nearest(named, list(shipped)))


def _override(
    data: dict[str, Any],
    where: str,
    value: Any,
    lines: Lines,
    inner_lines: Lines,
    path: tuple[Key, ...],
    problems: list[DialoomError],
) -> None:
    keys = where.split(".")
    inner_lines.elsewhere(tuple(keys), lines, path)
    try:
        if keys[0] not in ("nodes", "models") or len(keys) < 2:
            raise DialoomError(
                "only nodes and models of the other recipe can be changed",
                place=lines.place(path),
                remedy="such as nodes.dialogue.turns: 4..6 or models.writer: small",
            )
        if keys[0] == "models" and len(keys) == 2 and isinstance(data.setdefault("models", {}), dict):
            # A file of nodes alone has no models of its own.
            data["models"].setdefault(keys[1], None)
        change(data, where, value, lines.place(path))
    except RecipeError as error:
        problems += error.problems
    except DialoomError as error:
        problems.append(error)


def _part(
    data: Mapping[str, Any], part: Any, lines: Lines, path: tuple[Key, ...], problems: list[DialoomError]
) -> dict[str, Any]:
    nodes = data.get("nodes")
    if not isinstance(nodes, dict) or not isinstance(part, list) or not part:
        return nodes or {}
    for index, name in enumerate(part):
        if name not in nodes:
            problems.append(
                DialoomError(
                    f"the other recipe has no node '{name}'",
                    place=lines.place((*path, "part", index)),
                    remedy=nearest(str(name), list(nodes)),
                )
            )
    return {name: node for name, node in nodes.items() if name in part}


def _models(
    written: Any, lines: Lines, path: Sequence[Key], reading: Reading, folder: Path, problems: list[DialoomError]
) -> dict[str, str]:
    """What the models of an inner recipe are called in the outermost one; those that it lacks are added to it."""
    names = dict(reading.names)
    full = "/".join(str(key) for key in path[1::2])
    for name, model in (written if isinstance(written, Mapping) else {}).items():
        changed = lines.is_elsewhere(("models", name))
        if isinstance(model, str) and reading.renamed(model) in reading.models:
            names[name] = reading.renamed(model)
        elif reading.renamed(name) in reading.models and not changed:
            names[name] = reading.renamed(name)
        else:
            names[name] = f"{full}/{name}"
            try:
                reading.models[names[name]] = _lying_in(reading.folder if changed else folder, parse_model(model))
            except ValidationError as error:
                problems += explain(error, config_type(model), ("models", name), lines)
            except DialoomError as error:
                problems.append(_at(lines, ("models", name), error))
    return names


def _lying_in(folder: Path, model: ModelConfig) -> ModelConfig:
    """A model whose files lie in another folder than those of the recipe that asks it."""
    paths = {name: getattr(model, name) for name in type(model).model_fields}
    return model.model_copy(update={name: folder / path for name, path in paths.items() if isinstance(path, Path)})


def _at(lines: Lines, path: Sequence[Key], error: DialoomError) -> DialoomError:
    what = f"{error.place}: {error.what}" if error.place and error.place.file else error.what
    return DialoomError(what, place=lines.place(path), remedy=error.remedy)


def _not_there(place: Place, what: str, remedy: str | None) -> RecipeError:
    return RecipeError([DialoomError(what, place=place, remedy=remedy)])
