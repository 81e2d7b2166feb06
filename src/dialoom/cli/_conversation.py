"""A dialogue as a person reads it."""

from __future__ import annotations

from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dialoom.cli._console import visible
from dialoom.dialogue import Dialogue, ToolCall
from dialoom.dialogue.rounds import result_text, rounds_of

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")
_LONGEST_FIELD = 300


def conversation(dialogue: Dialogue) -> RenderableType:
    """Its topic, speakers and plan in dim lines, its turns, and its summary; of a record without turns, its fields."""
    parts: list[RenderableType] = [Text(_head(dialogue), style="bold")]
    parts += [Text(f"{label}: {visible(text)}", style="dim") for label, text in _about(dialogue)]
    parts.append(Padding(turns(dialogue) if dialogue.turns else _fields(dialogue.fields), (1, 0)))
    if dialogue.summary:
        parts.append(Text(f"Summary: {visible(dialogue.summary)}", style="italic"))
    return Group(*parts)


def _head(dialogue: Dialogue) -> str:
    above = (dialogue.topic, dialogue.fields.get("subtopic"))
    return " › ".join(visible(text) for text in above if isinstance(text, str)) or dialogue.id


def _about(dialogue: Dialogue) -> list[tuple[str, str]]:
    lines = []
    if dialogue.scenario:
        lines.append(("Scenario", dialogue.scenario))
    if dialogue.personas:
        lines.append(("Speakers", "; ".join(_persona(persona.model_dump()) for persona in dialogue.personas)))
    if dialogue.plan is not None:
        plan = dialogue.plan.model_dump(exclude_none=True, exclude={"topic"})
        lines.append(("Plan", "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in plan.items())))
    return lines


def _persona(persona: dict[str, Any]) -> str:
    told = (persona["name"], persona.get("age"), persona.get("occupation"))
    return ", ".join(str(value) for value in told if value)


def turns(dialogue: Dialogue) -> Table:
    """What is said and called, speaker by speaker."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, max_width=24)
    grid.add_column(overflow="fold", max_width=100)
    speakers = dialogue.speakers()
    for turn in dialogue.turns:
        colour = _COLOURS[speakers.index(turn.speaker) % len(_COLOURS)]
        for one in rounds_of(turn):
            called = [f"{call.name}({shortened(shown(call.arguments))}) = {_result(call)}" for call in one.calls]
            text = "\n".join(filter(None, [one.text, *called]))
            grid.add_row(Text(visible(turn.speaker), style=f"bold {colour}"), Text(visible(text), style="dim"))
        if turn.text or not turn.tool_calls:
            grid.add_row(Text(visible(turn.speaker), style=f"bold {colour}"), Text(visible(turn.text)))
    return grid


def _result(call: ToolCall) -> str:
    return "?" if call.result is None else shortened(result_text(call.result))


def _fields(fields: dict[str, Any]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="bold cyan")
    grid.add_column(overflow="fold", max_width=100)
    for name, value in fields.items():
        grid.add_row(name, Text(shortened(visible(shown(value)))))
    return grid


def shown(value: Any) -> str:
    """A field's value: text as it is, all else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def shortened(text: str, longest: int = _LONGEST_FIELD) -> str:
    """The text, or its start and how much is left out."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest:,} more characters)"
