"""`agent`: a model that calls tools until it can answer."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._prompted import Prompted, as_text
from dialoom.nodes._tools import HasTools, Talk, use_tools

_TOKENS = 150
_CALL: Shape = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "arguments": {},
        "id": {"type": "string"},
        "result": {},
        "error": {"type": "string"},
        "refused": {"type": "boolean"},
    },
    "additionalProperties": False,
}


class Agent(HasTools, Prompted):
    """Ask a model that may call tools, and write its answer, its calls and all messages into a field.

    `answer` is a text; `calls` holds every call that was asked for, with its result or error, and `refused` where it
    did not fit and was not made; `messages` is the talk in OpenAI's form, without what was refused.
    """

    kind: Literal["agent"] = "agent"
    prompt: Template = Field(description="What to ask.")

    def models(self) -> Mapping[str, str]:
        return {**super().models(), **self.tool_models()}

    def usable(self, row: Row) -> bool:
        return bool(_shown(row.get(self.field)))

    def writes(self) -> Mapping[str, Shape]:
        held = {
            "answer": {"type": "string"},
            "calls": {"type": "array", "items": _CALL},
            "messages": {"type": "array", "items": {"type": "object"}},
        }
        return {self.field: {"type": "object", "properties": held, "additionalProperties": False}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        # Each round may be asked for several times, and each of its calls played by a model.
        most = (self.steps + 1) * self.tries + self.steps * (1 if self.plays() else 0)
        return Work(1, most, 1, self.prompt_tokens(self.prompt), self.max_tokens or _TOKENS)

    def code(self) -> str:
        return self.tool_code()

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self.read_tools(folder)

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        yield from self.tool_problems()

    async def run(self, record: Record, context: Context) -> Fields:
        messages = self._messages(record, context)
        manner = self.manner(self.model, self.sampling(), record.fields)
        used = await use_tools(self.toolbox, manner, messages, Talk(copy.deepcopy(record.fields)), context, 0)
        asked = [*messages[:1], *messages[-1:]] if messages[0]["role"] == "system" else messages[-1:]
        return {
            self.field: {
                "answer": used.answer,
                "calls": [dict(call) for call in used.calls],
                "messages": [dict(message) for message in [*asked, *used.messages]],
            }
        }

    def _messages(self, record: Record, context: Context) -> list[Message]:
        """System message, examples with their calls, and the prompt."""
        messages: list[Message] = []
        if self.system is not None:
            messages.append({"role": "system", "content": self.system.render(record.fields)})
        drawn = self.drawn(context)
        for _, row in drawn:
            messages.append({"role": "user", "content": self.prompt.render(row, lenient=True)})
            messages += _shown(row.get(self.field))
        if drawn:
            context.showed([name for name, _ in drawn])
        messages.append({"role": "user", "content": self.prompt.render(record.fields)})
        return messages


def _shown(value: Any) -> list[Message]:
    """What the agent did in an example: the messages after the user's, or a plain answer."""
    told = value.get("messages") if isinstance(value, Mapping) else None
    if isinstance(told, list):
        return [message for message in told if message["role"] not in ("system", "user")]
    text = as_text(value.get("answer") if isinstance(value, Mapping) else value)
    return [{"role": "assistant", "content": text}] if text else []


NODE = Agent
