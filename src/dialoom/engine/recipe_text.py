"""A recipe as text that can be kept, read and compared, wherever it came from."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from dialoom.graph.container import Container
from dialoom.graph.node import Node
from dialoom.graph.recipe import Recipe

_MOST_ROWS = 20
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def recipe_text(recipe: Recipe) -> str:
    """The recipe as YAML, with `--set` applied and defaults left out.

    Keys of endpoints are not in a recipe; a password in a URL is masked. Long lists of source rows are cut.
    """
    from ruamel.yaml import YAML

    told = recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    for name in [name for name, node in recipe.nodes.items() if node.closing]:
        # It stands under `quality`.
        del told["nodes"][name]
    _add_kinds(told.get("nodes", {}), recipe.nodes)
    rows = told.get("source", {}).get("rows")
    if isinstance(rows, list) and len(rows) > _MOST_ROWS:
        told["source"]["rows"] = [*rows[:_MOST_ROWS], f"and {len(rows) - _MOST_ROWS} more"]
    yaml = YAML()
    yaml.width = 120
    text = io.StringIO()
    yaml.dump(_written(told), text)
    return text.getvalue()


def _add_kinds(told: dict[str, Any], nodes: Mapping[str, Node]) -> None:
    """Tell the kinds, which are defaults, and nodes of another recipe as if they stood in this one."""
    for name in told:
        node = nodes[name]
        told[name] = {"kind": node.kind, **told[name]}
        for where in ("before", "after"):
            if where in told[name]:
                told[name][where] = [
                    _hook(hook, built.kind) for hook, built in zip(told[name][where], getattr(node, where), strict=True)
                ]
        if isinstance(node, Container):
            for read in ("recipe", "part", "with"):
                told[name].pop(read, None)
            _add_kinds(told[name].get("nodes", {}), node.nodes)


def _hook(told: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"set": told["fields"]} if kind == "set" else told


def _written(value: Any) -> Any:
    """The value, with texts of several lines as YAML blocks, so that a line that changed is a line in a diff."""
    from ruamel.yaml.scalarstring import LiteralScalarString

    if isinstance(value, dict):
        return {name: _written(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    if isinstance(value, str):
        masked = _CREDENTIALS.sub("***@", value)
        return LiteralScalarString(masked) if "\n" in masked else masked
    return value
