"""How a dialogue lies in a table: the Arrow schema, and the mapping to a row and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pydantic_core import PydanticSerializationError, from_json, to_json

from dialoom.dialogue import Dialogue, Lineage
from dialoom.errors import DataError, Place

SCHEMA_VERSION = 1
VERSION_KEY = "dialoom.schema_version"

_JSON_COLUMNS = ("personas", "plan", "tags", "fields")
_TEXT_COLUMNS = ("topic", "scenario", "style", "summary")
_LINEAGE_COLUMNS = ("provenance", "recipe", "recipe_hash", "seed", "position")

# Turns are lists side by side and not a list of structs: Lance 6 cannot read some of those back where a field of the
# struct is null in all rows, and Lance 8 miscounts pushed-down filters on columns that follow one (lance#6130).
# `turn_notes` is a JSON list of what else each turn has, or null where no turn has anything.
SCHEMA = pa.schema(
    [
        pa.field("run", pa.string(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("provenance", pa.string(), nullable=False),
        pa.field("recipe", pa.string()),
        pa.field("recipe_hash", pa.string()),
        pa.field("seed", pa.string()),
        pa.field("topic", pa.string()),
        pa.field("scenario", pa.string()),
        pa.field("style", pa.string()),
        pa.field("summary", pa.string()),
        pa.field("n_turns", pa.int32(), nullable=False),
        pa.field("personas", pa.string()),
        pa.field("plan", pa.string()),
        pa.field("tags", pa.string()),
        pa.field("fields", pa.string()),
        pa.field("lineage", pa.string()),
        pa.field("position", pa.list_(pa.int64()), nullable=False),
        pa.field("speakers", pa.list_(pa.string()), nullable=False),
        pa.field("turn_speakers", pa.list_(pa.string()), nullable=False),
        pa.field("turn_texts", pa.list_(pa.string()), nullable=False),
        pa.field("turn_notes", pa.string()),
    ],
    metadata={VERSION_KEY: str(SCHEMA_VERSION)},
)


def table_of(dialogues: Iterable[Dialogue], *, run: str, batch: str) -> pa.Table:
    """The rows of one batch.

    Raises DataError, naming the dialogue, where a value has no JSON form (a lone surrogate, an object that is not
    JSON) or a position exceeds 64 bits.
    """
    return pa.Table.from_pylist([_row(dialogue, run, batch) for dialogue in dialogues], schema=SCHEMA)


def dialogues_of(table: pa.Table) -> Iterator[Dialogue]:
    """The dialogues that `table_of` laid down, in the table's order."""
    for row in table.to_pylist():
        yield _dialogue(row)


def _row(dialogue: Dialogue, run: str, batch: str) -> dict[str, Any]:
    try:
        data = dialogue.model_dump(mode="json", exclude_defaults=True)
        lineage = data.pop("lineage", {})
        row: dict[str, Any] = {
            "run": run,
            "batch": batch,
            "id": dialogue.id,
            "n_turns": len(dialogue.turns),
            "speakers": dialogue.speakers(),
            "turn_speakers": [turn.speaker for turn in dialogue.turns],
            "turn_texts": [turn.text for turn in dialogue.turns],
            "turn_notes": _notes(data.get("turns", [])),
        }
        row |= {name: getattr(dialogue, name) for name in _TEXT_COLUMNS}
        row |= {name: getattr(dialogue.lineage, name) for name in _LINEAGE_COLUMNS}
        row |= {name: _json(data[name]) for name in _JSON_COLUMNS if name in data}
        rest = {name: value for name, value in lineage.items() if name not in _LINEAGE_COLUMNS}
        row["lineage"] = _json(rest) if rest else None
    except (PydanticSerializationError, UnicodeError) as error:
        raise DataError(
            f"dialogue '{dialogue.id}' holds a value that has no JSON form: {error}",
            place=Place(field="tags, fields, turns, plan or personas"),
            remedy="write JSON values only: text in Unicode, numbers, true, false, null, lists and objects",
        ) from error
    if any(not -(2**63) <= step < 2**63 for step in dialogue.lineage.position):
        raise DataError(
            f"dialogue '{dialogue.id}' has a position beyond 64 bits",
            place=Place(field="lineage.position"),
            remedy="a position counts rows and children; write counts",
        )
    return row


def _notes(turns: list[dict[str, Any]]) -> str | None:
    notes = [{name: value for name, value in turn.items() if name not in ("speaker", "text")} for turn in turns]
    return _json(notes) if any(notes) else None


def _dialogue(row: Mapping[str, Any]) -> Dialogue:
    notes = from_json(row["turn_notes"]) if row["turn_notes"] else [{}] * len(row["turn_texts"])
    turns = [
        {"speaker": speaker, "text": text, **more}
        for speaker, text, more in zip(row["turn_speakers"], row["turn_texts"], notes, strict=True)
    ]
    lineage = {name: row[name] for name in _LINEAGE_COLUMNS}
    if row["lineage"]:
        lineage |= from_json(row["lineage"])
    known = {name: from_json(row[name]) for name in _JSON_COLUMNS if row[name] is not None}
    return Dialogue.model_validate(
        {
            "id": row["id"],
            "turns": turns,
            "lineage": Lineage.model_validate(lineage),
            **{name: row[name] for name in _TEXT_COLUMNS},
            **known,
        }
    )


def _json(value: object) -> str:
    return to_json(value, inf_nan_mode="null").decode()
