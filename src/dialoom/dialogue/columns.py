"""How a dialogue lies in a table with nested columns: the Arrow schema of Parquet files and data sets, and back.

Turns are a list of structs with their slots as a list of structs. What has no fixed shape (personas, plan, tags,
fields, tool arguments and results, a turn's `meta`, the rest of the lineage) is JSON in a text column.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.errors import DataError, Place

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = ("topic", "scenario", "style", "summary")
_LINEAGE = ("provenance", "recipe", "recipe_hash", "seed")
_JSON = ("personas", "plan", "tags", "fields")
COLUMNS = ("id", *_LINEAGE, *_TEXTS, "n_turns", "turns", *_JSON, "lineage")
_INT64 = 2**63


@cache
def arrow_schema() -> pa.Schema:
    """The schema of `COLUMNS`."""
    import pyarrow as pa

    text = pa.string()
    slot = pa.struct([("name", text), ("value", text), ("start", pa.int64()), ("end", pa.int64())])
    call = pa.struct([("name", text), ("arguments", text), ("id", text), ("result", text)])
    turn = pa.struct(
        [
            ("speaker", text),
            ("text", text),
            ("intent", text),
            ("slots", pa.list_(slot)),
            ("acts", pa.list_(text)),
            ("emotion", text),
            ("tool_calls", pa.list_(call)),
            ("meta", text),
        ]
    )
    kinds = {"n_turns": pa.int32(), "turns": pa.list_(turn)}
    return pa.schema([(name, kinds.get(name, text)) for name in COLUMNS])


def row_of(dialogue: Dialogue) -> dict[str, Any]:
    """The row of a dialogue. Raises DataError, naming it, where a value has no JSON form or an offset no 64 bits."""
    try:
        held = dialogue.model_dump(mode="json", exclude_defaults=True, exclude={"turns"})
        lineage = held.pop("lineage", {})
        return {
            "id": dialogue.id,
            **{name: getattr(dialogue.lineage, name) for name in _LINEAGE},
            **{name: getattr(dialogue, name) for name in _TEXTS},
            "n_turns": len(dialogue.turns),
            "turns": [_turn_row(turn.model_dump(mode="json"), dialogue.id) for turn in dialogue.turns],
            **{name: _text(held[name]) if name in held else None for name in _JSON},
            "lineage": _json({name: value for name, value in lineage.items() if name not in _LINEAGE}),
        }
    except (PydanticSerializationError, UnicodeError) as error:
        raise DataError(
            f"dialogue '{dialogue.id}' holds a value that has no JSON form: {error}",
            place=Place(field="tags, fields, turns, plan or personas"),
            remedy="keep JSON values only: Unicode text, numbers, true, false, null, lists and objects",
        ) from error


def dialogue_of(row: Mapping[str, Any], place: Place) -> Dialogue:
    """The dialogue of a row; also of one that an older dialoom wrote, with `turn_notes` beside bare turns.

    Raises DataError at `place` where the row is none.
    """
    try:
        turns = [_turn(turn) for turn in row["turns"]]
        if row.get("turn_notes"):
            turns = [turn | note for turn, note in zip(turns, from_json(row["turn_notes"]), strict=True)]
        lineage = {name: row[name] for name in _LINEAGE if row.get(name) is not None}
        told = {name: from_json(row[name]) for name in _JSON if row.get(name)}
        texts = {name: row.get(name) for name in _TEXTS}
        lineage |= from_json(row["lineage"]) if row.get("lineage") else {}
        return Dialogue.model_validate({"id": row["id"], "turns": turns, "lineage": lineage, **texts, **told})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError(first["msg"], place=Place(place.file, place.line, field), remedy=_REMEDY) from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"the row is no dialogue: {error}", place=place, remedy=_REMEDY) from error


_REMEDY = "write the file with the format 'parquet'"


def _turn_row(turn: dict[str, Any], id: str) -> dict[str, Any]:
    if any(not -_INT64 <= (each or 0) < _INT64 for slot in turn["slots"] for each in (slot["start"], slot["end"])):
        raise DataError(
            f"dialogue '{id}' has an offset beyond 64 bits",
            place=Place(field="turns.slots"),
            remedy="offsets count characters",
        )
    calls = [
        call
        | {"arguments": _json(call["arguments"]), "result": None if call["result"] is None else _text(call["result"])}
        for call in turn["tool_calls"]
    ]
    return turn | {"tool_calls": calls, "meta": _json(turn["meta"])}


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    calls = [
        {name: value for name, value in call.items() if value is not None}
        | {"arguments": from_json(call["arguments"]) if call.get("arguments") else {}}
        | {"result": None if call.get("result") is None else from_json(call["result"])}
        for call in turn.get("tool_calls") or []
    ]
    held = {name: value for name, value in turn.items() if value is not None}
    return held | {"tool_calls": calls, "meta": from_json(turn["meta"]) if turn.get("meta") else {}}


def _json(value: object) -> str | None:
    return _text(value) if value else None


def _text(value: object) -> str:
    return to_json(value, inf_nan_mode="null").decode()
