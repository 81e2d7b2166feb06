"""What the tests of batches share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dialoom
from dialoom.engine.view import NoView
from tests.engine import support
from tests.support.batch_server import BatchServer

QUICK = {"idle": 0.1, "poll": 0.02, "size": 200}
# How many requests each step of `talk` makes.
STEPS = [3, 21, 63]


class Said(NoView):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)

    def __contains__(self, part: str) -> bool:
        return any(part in line for line in self.lines)


def talk(server: BatchServer, **fields: Any) -> dict[str, Any]:
    """A recipe whose records ask in three steps, one after the other."""
    recipe = support.weave(server.url, **fields)
    recipe["source"]["rows"] = recipe["source"]["rows"][:3]
    return recipe


def run(recipe: dict[str, Any], out: Path, **options: Any) -> tuple[dialoom.Report, Said]:
    said = Said()
    return support.run(recipe, out, view=said, **options), said


def sizes(server: BatchServer) -> list[int]:
    return [len(keys) for keys in server.handed_in]


def about(topic: str, result: Any) -> Callable[[dict[str, Any]], Any]:
    """`result` for requests about a topic."""
    return lambda body: result if topic in body["messages"][-1]["content"] else None
