"""Dialogues as rows of examples hold them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from dialoom.dialogue import Turn, write_script
from dialoom.errors import DataError
from dialoom.graph.source import Row


def turns_of(row: Row) -> list[Turn]:
    """The turns in a row's `dialogue`, none where it has no such field. Raises DataError where they are no turns."""
    value = row.get("dialogue")
    turns = value.get("turns", []) if isinstance(value, Mapping) else []
    try:
        return [Turn.model_validate(turn) for turn in turns]
    except ValidationError as error:
        raise DataError(
            "an example's turns are not turns", remedy="a turn is an object with 'speaker' and 'text', both texts"
        ) from error


def speakers_of(row: Row) -> list[str]:
    """Who speaks in a row's dialogue, in the order of their first turns."""
    return list(dict.fromkeys(turn.speaker for turn in turns_of(row)))


def script_of(row: Row) -> str | None:
    """A row's dialogue as a script; None where it has none."""
    turns = turns_of(row)
    return write_script(turns) if turns else None
