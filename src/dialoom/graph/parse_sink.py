"""From what a recipe writes as sinks to Sinks, with every problem named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.errors import DialoomError, nearest
from dialoom.graph.sink import SINKS, Sink
from dialoom.problems import explain
from dialoom.yaml_file import Key, Lines


def build_sinks(value: Any, lines: Lines, problems: list[DialoomError]) -> list[Sink]:
    """The sinks in a list; problems go to the other list."""
    if not isinstance(value, list):
        what, remedy = "expected a list of sinks", "sinks: [{file: out/train.jsonl, to: messages}]"
        problems.append(DialoomError(what, place=lines.place(["sinks"]), remedy=remedy))
        return []
    made = (_sink(written, ("sinks", index), lines, problems) for index, written in enumerate(value))
    return [sink for sink in made if sink is not None]


def _sink(value: Any, path: tuple[Key, ...], lines: Lines, problems: list[DialoomError]) -> Sink | None:
    if isinstance(value, Sink):
        return value
    fields = {"file": value} if isinstance(value, (str, Path)) else value
    known = SINKS.names()
    named = [name for name in known if name in fields] if isinstance(fields, Mapping) else []
    if len(named) != 1:
        unknown = (
            next((key for key in fields if key not in Sink.model_fields), None) if isinstance(fields, dict) else None
        )
        what = f"a sink is told by one of {', '.join(known)}"
        remedy = nearest(unknown, known) if unknown and not named else None
        problems.append(DialoomError(what, place=lines.place(path), remedy=remedy))
        return None
    kind = SINKS.load(named[0])
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        problems += explain(error, kind, path, lines)
        return None
