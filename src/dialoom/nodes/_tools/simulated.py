"""A tool that a model plays: its answers are made up, typed by the result's schema and in keeping with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from dialoom.graph.context import Context
from dialoom.models import Message
from dialoom.nodes._tools.tool import Call, Tool

_ROLE = """You play a computer system. Each call is answered as the real one would: with plausible, made-up values.
Answers must agree with those given before: what was found stays there, what was changed stays changed."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Answers with what a model makes up.

    Args:
        model: the model's name in the recipe; None for the node's simulator.
    """

    model: str | None = None

    @property
    def local(self) -> bool:
        return False

    async def __call__(self, tool: Tool, call: Call, context: Context) -> Any:
        if tool.result.get("type") == "null":
            # Nothing to make up.
            return None
        messages: list[Message] = [{"role": "system", "content": f"{_ROLE}\n{call.world}".strip()}]
        for before in call.before:
            messages.append({"role": "user", "content": _asked(before.tool, before.arguments)})
            messages.append({"role": "assistant", "content": orjson.dumps(before.result).decode()})
        about = f"\n{tool.name}: {tool.description}" if tool.description else ""
        messages.append({"role": "user", "content": _asked(tool.name, call.arguments) + about})
        return await context.ask_json(
            self.model or call.model, messages, tool.result, params=call.params, sample=call.sample
        )


def _asked(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"{tool}({orjson.dumps(arguments).decode()})"
