"""The JSON schema of a recipe file, composed of what recipes, models and nodes say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dialoom.graph.container import Container
from dialoom.graph.kinds import KINDS
from dialoom.graph.recipe import Recipe
from dialoom.graph.sink import SINKS
from dialoom.graph.source import SOURCES
from dialoom.models.backends import BACKENDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHORT_MODEL = {
    "type": "string",
    "description": "embedded, embedded:FILE.gguf, SERVICE:MODEL (openai, ollama, vllm ...) or a base URL.",
}
_LONG_SHORT_MODEL = {
    "type": "object",
    "properties": {"from": _SHORT_MODEL},
    "required": ["from"],
    "description": "A short form in `from`, with further fields beside it.",
}
_SHORT_SOURCES = [
    {"type": "string", "description": "A file beside the recipe."},
    {"type": "integer", "minimum": 1, "description": "So many empty rows."},
    {"type": "array", "items": {"type": "object"}, "description": "The rows themselves."},
]


def recipe_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a recipe as it is written in YAML, short forms included."""
    kinds = [KINDS.load(name) for name in KINDS.names()]
    backends = [BACKENDS.load(name) for name in BACKENDS.names()]
    sources = [SOURCES.load(name) for name in SOURCES.names()]
    sinks = [SINKS.load(name) for name in SINKS.names()]
    refs, made = _schemas([Recipe, *kinds, *backends, *sources, *sinks])
    nodes = {"additionalProperties": {"oneOf": [refs[kind] for kind in kinds]}}
    for kind in kinds:
        if issubclass(kind, Container):
            made[_name(refs[kind])]["properties"]["nodes"] = _named("The nodes in it, by their names.") | nodes
        # Always written in a recipe, and what tells the kinds apart.
        part = made[_name(refs[kind])]
        part["required"] = ["kind", *part.get("required", ())]
    top = made.pop(_name(refs[Recipe]))
    judge = made[_name(refs[KINDS.load("judge")])]
    made["Quality"]["properties"]["judge"] = {
        "description": made["Quality"]["properties"]["judge"]["description"],
        # As a node, without what is known of it.
        **{name: value for name, value in judge.items() if name not in ("description", "title", "required")},
    }
    # What every node and every model has in common is in each of them.
    made.pop("Node", None)
    made.pop("ModelConfig", None)
    made.pop("Source", None)
    made.pop("Sink", None)
    any_source = {"anyOf": [*_SHORT_SOURCES, *(refs[source] for source in sources)]}
    made["Join"]["properties"]["of"] |= {
        "anyOf": [
            {"type": "object", "additionalProperties": any_source, "minProperties": 2},
            {"type": "array", "items": any_source, "minItems": 2},
        ]
    }
    for name in ("type", "additionalProperties", "minProperties"):
        made["Join"]["properties"]["of"].pop(name, None)
    top["properties"] |= {
        "source": {"description": "Where the seed records come from.", **any_source},
        "sinks": {
            "type": "array",
            "description": "What the dialogues that were kept are written to when a run has finished.",
            "items": {"anyOf": [{"type": "string", "description": "A file."}, *(refs[sink] for sink in sinks)]},
        },
        "models": {
            **_named("The models, by the names that nodes use."),
            "additionalProperties": {"anyOf": [_SHORT_MODEL, _LONG_SHORT_MODEL, *(refs[kind] for kind in backends)]},
        },
        "nodes": _named("The steps, run in this order.") | nodes,
    }
    top["required"] = [*top["required"], "nodes"]
    top |= {
        "title": "A dialoom recipe",
        "description": "What makes a dialogue data set: models, source, nodes, quality.",
    }
    return {"$schema": _DIALECT, **top, "$defs": made}


def _named(about: str) -> dict[str, Any]:
    return {"type": "object", "description": about, "minProperties": 1}


def _schemas(parts: Sequence[type[BaseModel]]) -> tuple[Mapping[type[BaseModel], Mapping[str, Any]], dict[str, Any]]:
    refs, made = models_json_schema([(part, "validation") for part in parts], by_alias=True)
    return {part: refs[part, "validation"] for part in parts}, made["$defs"]


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
