"""The models of a run, open."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from dialoom.graph.graph import Graph
from dialoom.graph.recipe import Recipe
from dialoom.models import ChatModel, Endpoints, RunState


@contextlib.asynccontextmanager
async def opened_models(
    recipe: Recipe, graph: Graph, endpoints: Endpoints, state: RunState
) -> AsyncIterator[dict[str, ChatModel]]:
    """The models that a graph asks, by their names in the recipe; closed at the end. Raises EndpointError."""
    used = {model for node in graph.nodes.values() for model in node.asked().values()}
    models: dict[str, ChatModel] = {}
    async with contextlib.AsyncExitStack() as opened:
        for name in sorted(used):
            models[name] = await recipe.models[name].open(endpoints, recipe.folder, state)
            opened.push_async_callback(models[name].close)
        yield models
