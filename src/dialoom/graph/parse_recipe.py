"""From a file or plain values to a Recipe, with every problem named by file, line and field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialoom.errors import DialoomError, Place, RecipeError, nearest
from dialoom.graph.kinds import KINDS
from dialoom.graph.node import Node
from dialoom.graph.recipe import Recipe
from dialoom.graph.yaml_file import Key, Lines, dotted, read_value, read_yaml
from dialoom.models import ModelConfig, parse_model
from dialoom.models.parse_model import config_type

# A node's name is a variable in templates, and these words mean something else there or in `next`.
_RESERVED = frozenset({"end", "reject", "true", "false", "none", "loop", "not", "and", "or", "in", "is", "if", "else"})


def load_recipe(
    path: Path, changes: Mapping[str, str] | None = None, options: Mapping[str, str] | None = None
) -> Recipe:
    """The recipe in a YAML file.

    Args:
        changes: values to put in place of those in the file, by dotted path: {"models.writer": "openai:gpt-5-mini"}.
            Values are read as YAML.
        options: for changes that the user wrote in another way, how, such as {"bounds.target": "--target"}; errors
            speak of that instead of `--set`.

    Raises RecipeError naming every problem found, DataError where the file cannot be read.
    """
    data, lines = read_yaml(path)
    for where, value in (changes or {}).items():
        _change(data, where, value, lines, (options or {}).get(where, "--set"))
    return _build(data, lines).located(lines, path.resolve().parent)


def prepare_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's fields with its models and nodes built. Raises RecipeError."""
    ready = dict(fields)
    problems: list[DialoomError] = []
    lines = Lines()
    ready["models"] = _models(fields.get("models"), lines, problems) if "models" in fields else {}
    ready["nodes"] = _nodes(fields.get("nodes") or {}, lines, problems)
    if problems:
        raise RecipeError(problems)
    return ready


def parse_node(name: str, kind: str | type[Node], fields: Mapping[str, Any]) -> Node:
    """One node. Raises RecipeError."""
    problems: list[DialoomError] = []
    node = _node(name, kind, fields, Lines(), problems)
    if problems or node is None:
        raise RecipeError(problems)
    return node


def _build(data: Mapping[str, Any], lines: Lines) -> Recipe:
    problems: list[DialoomError] = []
    ready = dict(data)
    ready["models"] = _models(data["models"], lines, problems) if "models" in data else {}
    ready["nodes"] = _nodes(data.get("nodes") or {}, lines, problems)
    if not ready["nodes"] and not problems:
        problems.append(
            DialoomError("the recipe has no nodes", place=lines.place(["nodes"]), remedy="add at least one")
        )
    try:
        recipe = Recipe.model_validate(ready)
    except ValidationError as error:
        problems += explain(error, Recipe, (), lines)
        recipe = None
    if problems or recipe is None:
        raise RecipeError(problems)
    return recipe


def _models(value: Any, lines: Lines, problems: list[DialoomError]) -> dict[str, ModelConfig]:
    if not isinstance(value, Mapping):
        problems.append(
            DialoomError(
                "expected a mapping of names to models",
                place=lines.place(["models"]),
                remedy="models: {writer: embedded}",
            )
        )
        return {}
    models: dict[str, ModelConfig] = {}
    for name, model in value.items():
        path: tuple[Key, ...] = ("models", name)
        if isinstance(model, ModelConfig):
            models[name] = model
            continue
        if not isinstance(model, (str, dict)):
            problems.append(
                DialoomError(
                    f"expected a model's name or a mapping, got {model!r}",
                    place=lines.place(path),
                    remedy="such as embedded, openai:gpt-5-mini or http://127.0.0.1:8000/v1",
                )
            )
            continue
        try:
            models[name] = parse_model(model)
        except ValidationError as error:
            problems += explain(error, config_type(model), path, lines)
        except DialoomError as error:
            inner = next((key for key in ("from", "kind") if isinstance(model, dict) and key in model), None)
            place = lines.place(path if inner is None else (*path, inner))
            problems.append(DialoomError(error.what, place=place, remedy=error.remedy))
    return models


def _nodes(value: Any, lines: Lines, problems: list[DialoomError]) -> dict[str, Node]:
    if not isinstance(value, Mapping):
        problems.append(
            DialoomError(
                "expected a mapping of names to nodes",
                place=lines.place(["nodes"]),
                remedy="nodes: {NAME: {kind: generate, prompt: ...}}",
            )
        )
        return {}
    nodes: dict[str, Node] = {}
    for name, fields in value.items():
        if isinstance(fields, Node):
            nodes[name] = fields.named(name)
            continue
        place = lines.place(["nodes", name])
        if not isinstance(fields, Mapping):
            problems.append(DialoomError("expected a mapping with 'kind' and the node's fields", place=place))
            continue
        if "kind" not in fields:
            problems.append(
                DialoomError("the node has no 'kind'", place=place, remedy=f"one of {', '.join(KINDS.names())}")
            )
            continue
        rest = {key: field for key, field in fields.items() if key != "kind"}
        node = _node(name, fields["kind"], rest, lines, problems)
        if node is not None:
            nodes[name] = node
    return nodes


def _node(
    name: str, kind: str | type[Node], fields: Mapping[str, Any], lines: Lines, problems: list[DialoomError]
) -> Node | None:
    path: tuple[Key, ...] = ("nodes", name)
    if not name.isidentifier() or name in _RESERVED:
        problems.append(
            DialoomError(
                f"'{name}' cannot be a node's name",
                place=lines.place(path),
                remedy="use letters, digits and underscores, and no reserved word",
            )
        )
    try:
        node_type = KINDS.load(str(kind)) if not isinstance(kind, type) else kind
    except DialoomError as error:
        problems.append(DialoomError(error.what, place=lines.place([*path, "kind"]), remedy=error.remedy))
        return None
    values = dict(fields) | ({"kind": kind} if isinstance(kind, str) else {})
    try:
        return node_type.model_validate(values).named(name)
    except ValidationError as error:
        problems += explain(error, node_type, path, lines)
        return None


def explain(
    error: ValidationError, model: type[BaseModel] | None, path: Sequence[Key], lines: Lines
) -> list[DialoomError]:
    """Each problem of a ValidationError with its place in the file and, for a wrong name, the nearest right one."""
    found = []
    for detail in error.errors(include_url=False):
        loc = [part for part in detail["loc"] if not _is_type_tag(part)]
        name = str(loc[-1]) if loc else ""
        if detail["type"] == "extra_forbidden":
            what, remedy = f"unknown field '{name}'", nearest(name, _fields_at(model, loc[:-1]))
        elif detail["type"] == "missing":
            what, remedy = f"the field '{name}' is missing", None
        elif detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
            known = _fields_at(model, loc)
            of = f" with {', '.join(known)}" if known and detail["type"] != "dict_type" else ""
            what, remedy = f"expected a mapping{of}{_got(detail['input'])}", None
        else:
            what, remedy = _in_words(detail), None
        found.append(DialoomError(what, place=lines.place([*path, *loc]), remedy=remedy))
    return found


def _in_words(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        return f"expected at {'least' if 'min_length' in context else 'most'} {bound}, got {context['actual_length']}"
    said = detail["msg"].removeprefix("Value error, ")
    for wordy, plain in _PLAINER.items():
        said = said.replace(wordy, plain)
    # A template tells what is wrong with it in its own words.
    return said if detail["type"] == "template" else said + _got(detail["input"])


_PLAINER = {
    ", unable to parse string as a number": "",
    ", unable to parse string as an integer": "",
    "Input should be a valid ": "expected a ",
    "Input should be ": "expected ",
    "a integer": "an integer",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "more than",
    "a string": "a text",
}


def _got(value: Any) -> str:
    text = repr(value)
    return f", got {text}" if value is None or (isinstance(value, (str, int, float)) and len(text) < 60) else ""


def _is_type_tag(part: Key) -> bool:
    return isinstance(part, str) and ("[" in part or part.startswith("function-"))


def _fields_at(model: type[BaseModel] | None, loc: Sequence[Key]) -> list[str]:
    for part in loc:
        if model is None or not isinstance(part, str) or part not in model.model_fields:
            continue
        model = _model_in(model.model_fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in getattr(annotation, "__args__", ()) if (found := _model_in(arg))), None)


def _change(data: dict[str, Any], where: str, value: str, lines: Lines, option: str) -> None:
    keys = where.split(".")
    lines.changed(tuple(keys), option)
    target: Any = data
    for depth, key in enumerate(keys[:-1]):
        if depth == 1 and keys[0] in ("nodes", "models") and key not in target:
            raise _not_there(where, f"there is no '{key}' in '{keys[0]}'", nearest(key, list(target)))
        inner = target.setdefault(key, {})
        if isinstance(inner, str) and depth == 1 and keys[0] == "models":
            # models.writer.timeout, where the recipe has the short form.
            inner = target[key] = {"from": inner}
        if not isinstance(inner, dict):
            raise _not_there(where, f"'{dotted(keys[: depth + 1])}' is no mapping in the recipe", None)
        target = inner
    target[keys[-1]] = read_value(value)


def _not_there(where: str, what: str, remedy: str | None) -> RecipeError:
    return RecipeError([DialoomError(what, place=Place(file="--set", field=where), remedy=remedy)])
