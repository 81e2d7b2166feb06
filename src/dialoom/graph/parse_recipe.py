"""From a file or plain values to a Recipe, with every problem named by file, line and field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.errors import DialoomError, Place, RecipeError
from dialoom.graph.container import Container
from dialoom.graph.inner_recipe import Reading, change, open_container
from dialoom.graph.kinds import KINDS
from dialoom.graph.node import Node
from dialoom.graph.parse_sink import build_sinks
from dialoom.graph.parse_source import build_source
from dialoom.graph.recipe import Recipe
from dialoom.graph.sources.count import Count
from dialoom.models import ModelConfig, parse_model
from dialoom.models.parse_model import config_type
from dialoom.problems import explain
from dialoom.yaml_file import Key, Lines, read_value, read_yaml

# The kind and the name of the node that `quality: {judge: ...}` is short for.
_JUDGE = "judge"
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
        lines.changed(tuple(where.split(".")), (options or {}).get(where, "--set"))
        change(data, where, read_value(value), Place(file="--set", field=where))
    return _build(data, lines, Reading.of_file(path)).located(lines, path.resolve().parent)


def prepare_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's fields with its models and nodes built. Raises RecipeError."""
    ready = dict(fields)
    problems: list[DialoomError] = []
    lines, reading = Lines(), Reading(Path.cwd())
    ready["models"] = reading.models = _models(fields.get("models"), lines, problems) if "models" in fields else {}
    ready["nodes"] = build_nodes(fields.get("nodes") or {}, lines, problems, reading)
    ready["nodes"] |= _closing(fields, lines, problems, reading)
    if "source" in fields:
        ready["source"] = build_source(fields["source"], ("source",), lines, problems)
    if "sinks" in fields:
        ready["sinks"] = build_sinks(fields["sinks"], lines, problems)
    if problems:
        raise RecipeError(problems)
    return ready


def parse_node(
    name: str, kind: str | type[Node], fields: Mapping[str, Any], models: dict[str, ModelConfig], folder: Path
) -> Node:
    """One node; models that it brings along are added to `models`. Raises RecipeError."""
    problems: list[DialoomError] = []
    node = _node(name, kind, fields, Lines(), problems, ("nodes", name), Reading(folder, models=models))
    if problems or node is None:
        raise RecipeError(problems)
    return node


def _build(data: Mapping[str, Any], lines: Lines, reading: Reading) -> Recipe:
    problems: list[DialoomError] = []
    ready = dict(data)
    ready["models"] = reading.models = _models(data["models"], lines, problems) if "models" in data else {}
    if "source" in data:
        # What is wrong with it is told already.
        ready["source"] = build_source(data["source"], ("source",), lines, problems) or Count(count=1)
    if "sinks" in data:
        ready["sinks"] = build_sinks(data["sinks"], lines, problems)
    ready["nodes"] = build_nodes(data.get("nodes") or {}, lines, problems, reading)
    if not ready["nodes"] and not problems:
        problems.append(
            DialoomError("the recipe has no nodes", place=lines.place(["nodes"]), remedy="add at least one")
        )
    closing = _closing(data, lines, problems, reading)
    ready["nodes"] |= closing
    if not closing and isinstance(ready.get("quality"), Mapping):
        # What is wrong with it is told already.
        ready["quality"] = {name: value for name, value in ready["quality"].items() if name != _JUDGE}
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


def build_nodes(
    value: Any,
    lines: Lines,
    problems: list[DialoomError],
    reading: Reading,
    path: tuple[Key, ...] = ("nodes",),
) -> dict[str, Node]:
    """The nodes written at `path`, without those that are wrong; what is wrong is added to `problems`."""
    if not isinstance(value, Mapping):
        problems.append(
            DialoomError(
                "expected a mapping of names to nodes",
                place=lines.place(path),
                remedy="nodes: {NAME: {kind: generate, prompt: ...}}",
            )
        )
        return {}
    nodes: dict[str, Node] = {}
    for name, fields in value.items():
        if isinstance(fields, Node):
            nodes[name] = fields.named(name)
            continue
        place = lines.place([*path, name])
        if not isinstance(fields, Mapping):
            problems.append(DialoomError("expected a mapping with 'kind' and the node's fields", place=place))
            continue
        if "kind" not in fields:
            problems.append(
                DialoomError("the node has no 'kind'", place=place, remedy=f"one of {', '.join(KINDS.names())}")
            )
            continue
        rest = {key: field for key, field in fields.items() if key != "kind"}
        node = _node(name, fields["kind"], rest, lines, problems, (*path, name), reading)
        if node is not None:
            nodes[name] = node
    return nodes


def _closing(data: Mapping[str, Any], lines: Lines, problems: list[DialoomError], reading: Reading) -> dict[str, Node]:
    """The judge of the recipe's `quality` as the node that closes the graph."""
    quality = data.get("quality")
    fields = quality.get("judge") if isinstance(quality, Mapping) else getattr(quality, "judge", None)
    if fields is None:
        return {}
    written: tuple[Key, ...] = ("quality", "judge")
    built = (data.get("nodes") or {}).get(_JUDGE)
    if isinstance(built, Node) and built.closing:
        return {_JUDGE: built}
    if built is not None:
        what, remedy = f"there is a node called '{_JUDGE}'", "give that node another name, or take out one of the two"
        problems.append(DialoomError(what, place=lines.place(written), remedy=remedy))
        return {}
    lines.written_at(("nodes", _JUDGE), written)
    if not isinstance(fields, Mapping):
        what, remedy = "expected a mapping with the judge's fields", "judge: {model: writer, rubric: dialogue}"
        problems.append(DialoomError(what, place=lines.place(written), remedy=remedy))
        return {}
    rest = {name: value for name, value in fields.items() if name != "kind"}
    node = _node(_JUDGE, _JUDGE, rest, lines, problems, ("nodes", _JUDGE), reading)
    return {} if node is None else {_JUDGE: node.close()}


def _node(
    name: str,
    kind: str | type[Node],
    fields: Mapping[str, Any],
    lines: Lines,
    problems: list[DialoomError],
    path: tuple[Key, ...],
    reading: Reading,
) -> Node | None:
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
    inner: Reading | None = None
    if issubclass(node_type, Container):
        inner = open_container(node_type, values, lines, problems, path, reading)
        if inner is None:
            return None
        values["nodes"] = build_nodes(values.get("nodes") or {}, lines, problems, inner, (*path, "nodes"))
    try:
        node = node_type.model_validate(values).named(name)
    except ValidationError as error:
        problems += explain(error, node_type, path, lines)
        return None
    if isinstance(node, Container) and inner is not None and inner is not reading:
        node.lies_in(inner.folder, inner.files[-1])
    return node if isinstance(node, Container) else node.calls(reading.names)
