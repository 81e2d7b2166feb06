"""Dialogues as a table: one turn a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._cells import csv_row, first_name, json_cell, slots_of, value_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, no_json, read_rows
from dialoom.dialogue.formats._written import LeftOut, Written
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import ToolCall, Turn
from dialoom.errors import DataError, nearest

_TURN = ("speaker", "text", "intent", "slots", "acts", "emotion", "tool_calls", "meta")
_DIALOGUE = ("topic", "scenario", "style", "summary")
_ID = ("dialogue_id", "dialog_id", "conversation_id", "session_id")
_NUMBER = ("turn", "turn_id", "turn_index", "turn_number")
_SPEAKER = ("speaker", "role", "author", "sender")
_TEXT = ("text", "utterance", "message", "content")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """CSV, JSON Lines, a JSON list or Parquet. The rows of a dialogue follow each other; a number that does not grow
    begins another one. Columns that are not the format's stay in the `meta` of their turn.
    """
    dialogue: Dialogue | None = None
    seen: set[str] = set()
    last = 0.0
    for row in read_rows(path, bad):
        try:
            id, number, turn = _turn(row)
            if dialogue is not None and id == dialogue.id and (number is None or number > last):
                dialogue.turns.append(turn)
            else:
                if id in seen and number is None:
                    raise DataError(
                        f"the turns of the dialogue '{id}' stand apart",
                        place=row.place(),
                        remedy="sort the rows by dialogue, or add a column 'turn' with the number of each",
                    )
                if dialogue is not None:
                    yield dialogue
                seen.add(id)
                dialogue = _begun(row, id, turn)
            last = number if number is not None else 0
        except DataError as error:
            if bad is None:
                raise
            bad(error, to_json(row.values).decode())
    if dialogue is not None:
        yield dialogue


def _turn(row: Row) -> tuple[str, float | None, Turn]:
    columns = {}
    for kind, names in (("dialogue_id", _ID), ("speaker", _SPEAKER), ("text", _TEXT)):
        column = first_name(row.values, names)
        if column is None:
            raise DataError(
                f"the row has no field '{kind}'",
                place=row.place(kind),
                remedy=nearest(kind, tuple(row.values)) or "the row has no fields at all",
            )
        columns[kind] = column
    counted = first_name(row.values, _NUMBER)
    known = {*columns.values(), counted or "", *_TURN, *_DIALOGUE}
    rest = {name: value for name, value in row.rest(*known).items() if value not in (None, "")}
    turn = Turn(
        speaker=row.first(columns["speaker"]),
        text=row.first(columns["text"]),
        intent=row.optional("intent"),
        slots=slots_of(row, "slots"),
        acts=_acts(row),
        emotion=row.optional("emotion"),
        tool_calls=_tool_calls(row),
        meta=(value_of(row, "meta") or {}) | rest,
    )
    return row.first(columns["dialogue_id"]), None if counted is None else _number(row, counted), turn


def _number(row: Row, column: str) -> float:
    try:
        return float(row.first(column))
    except ValueError as error:
        raise DataError("this is no number", place=row.place(column), remedy="number the turns from 1") from error


def _acts(row: Row) -> list[str]:
    value = row.values.get("acts")
    if isinstance(value, str) and value and not value.startswith("["):
        return [value]
    return [str(each) for each in value_of(row, "acts") or []]


def _tool_calls(row: Row) -> list[ToolCall]:
    try:
        return [ToolCall.model_validate(each) for each in value_of(row, "tool_calls") or []]
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise DataError(
            f"the tool calls cannot be read: {said}",
            place=row.place("tool_calls"),
            remedy='write [{"name": "search", "arguments": {}}]',
        ) from error


def _begun(row: Row, id: str, turn: Turn) -> Dialogue:
    about = {name: row.optional(name) for name in _DIALOGUE}
    lineage = Lineage(provenance="real", source=f"{row.path.name} (csv_turns)")
    return Dialogue(id=id, turns=[turn], lineage=lineage, **about)


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """CSV with a header: dialogue_id, turn (from 1), what a turn has, and topic, scenario, style and summary in the
    first row of a dialogue. Lists and objects are JSON. Personas, plan, tags, fields and lineage are left to `jsonl`.
    """
    left = LeftOut()
    result = 0

    def lines() -> Iterator[str]:
        nonlocal result
        yield csv_row(("dialogue_id", "turn", *_TURN, *_DIALOGUE))
        for dialogue in dialogues:
            if not dialogue.turns:
                left.add("no turn", dialogue.id)
                continue
            try:
                rows = [csv_row(_cells(dialogue, number)) for number in range(1, len(dialogue.turns) + 1)]
                "".join(rows).encode()
            except ValueError as error:
                raise no_json(dialogue, error) from error
            yield from rows
            result += 1
        left.written(result, path)

    write_lines(lines(), path)
    return left.written(result, path)


def _cells(dialogue: Dialogue, number: int) -> list[Any]:
    turn = dialogue.turns[number - 1]
    lists = {name: json_cell(getattr(turn, name)) for name in ("slots", "acts", "tool_calls", "meta")}
    own = [lists[name] if name in lists else getattr(turn, name) for name in _TURN]
    return [dialogue.id, number, *own, *(getattr(dialogue, name) if number == 1 else None for name in _DIALOGUE)]


def _suggests(row: dict[str, object]) -> bool:
    return all(first_name(row, names) is not None for names in (_ID, _SPEAKER, _TEXT)) and "turns" not in row


FORMAT = Format(
    name="csv_turns",
    about="dialogues as a table, one turn a row: dialogue_id, turn, speaker, text, intent, slots ...",
    read=_read,
    write=_write,
    suggests=_suggests,
    suffix=".csv",
)
