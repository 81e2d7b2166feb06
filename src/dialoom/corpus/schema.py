"""How a dialogue lies in a table: the Arrow schema, and the mapping to a row and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import pyarrow as pa
from orjson import JSONEncodeError, dumps
from pydantic_core import PydanticSerializationError, from_json, to_json

from dialoom.corpus._lance import VERSION_KEY
from dialoom.corpus.tally import HASH_BYTES
from dialoom.dialogue import Dialogue, Lineage
from dialoom.errors import DataError, Place

SCHEMA_VERSION = 2

_JSON_COLUMNS = ("personas", "plan", "tags", "fields")
# Those of any JSON go to text at once, which is several times faster than by way of Python's objects.
_ANY_JSON = ("tags", "fields")
_OF_MODELS = {"turns", "personas", "plan"}
_TEXT_COLUMNS = ("topic", "scenario", "style", "summary")
_LINEAGE_COLUMNS = ("provenance", "recipe", "recipe_hash", "seed", "position")
_APART_IN_LINEAGE = set(_LINEAGE_COLUMNS)
# What a dialogue is, without the names of the run and batch that brought it and without what follows from the rest.
_TURN_COLUMNS = ("turn_speakers", "turn_texts", "turn_notes")
_HASHED = ("id", *_TURN_COLUMNS, *_TEXT_COLUMNS, *_JSON_COLUMNS, *_LINEAGE_COLUMNS, "lineage")

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
        # Since schema version 2. `hash` is the content hash of the row; `made_from` the dialogues it was made from.
        pa.field("hash", pa.binary(HASH_BYTES)),
        pa.field("made_from", pa.list_(pa.string())),
    ],
    metadata={VERSION_KEY: str(SCHEMA_VERSION)},
)


_EMPTY: dict[str, Any] = dict.fromkeys(SCHEMA.names)


def rows_of(dialogues: Iterable[Dialogue], *, run: str, batch: str) -> list[dict[str, Any]]:
    """The rows of one batch, to be laid into a table of `SCHEMA`.

    Raises DataError, naming the dialogue, where a value has no JSON form (a lone surrogate, an object that is not
    JSON) or a position exceeds 64 bits.
    """
    return [_row(dialogue, run, batch) for dialogue in dialogues]


def completed(batch: pa.RecordBatch | pa.Table) -> pa.Table:
    """Rows that an older dialoom wrote, with the columns that came since."""
    rows = [row | _derived(_EMPTY | row) for row in batch.to_pylist()]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def content_hash(row: Mapping[str, Any]) -> bytes:
    """The hash of all that a dialogue holds: BLAKE2b over its filled columns as JSON.

    Columns that are null do not count, so that a column added later leaves the hashes of older rows as they are.
    """
    content = {name: row[name] for name in _HASHED if row[name] is not None}
    return blake2b(dumps(content), digest_size=HASH_BYTES).digest()


def hash_of(dialogue: Dialogue) -> bytes:
    """The content hash that a dialogue's row has."""
    (row,) = rows_of([dialogue], run="", batch="")
    found: bytes = row["hash"]
    return found


def dialogues_of(table: pa.Table) -> Iterator[Dialogue]:
    """The dialogues that `rows_of` laid down, in the table's order."""
    for row in table.to_pylist():
        yield dialogue_of(row)


def _row(dialogue: Dialogue, run: str, batch: str) -> dict[str, Any]:
    try:
        data = {name: value for name in _ANY_JSON if (value := getattr(dialogue, name))}
        if dialogue.turns or dialogue.personas or dialogue.plan is not None:
            data |= dialogue.model_dump(mode="json", exclude_defaults=True, include=_OF_MODELS)
        rest = dialogue.lineage.model_dump(mode="json", exclude_defaults=True, exclude=_APART_IN_LINEAGE)
        row = _EMPTY | {
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
        row["lineage"] = _json(rest) if rest else None
        if any(not -(2**63) <= step < 2**63 for step in dialogue.lineage.position):
            raise DataError(
                f"dialogue '{dialogue.id}' has a position beyond 64 bits",
                place=Place(field="lineage.position"),
                remedy="a position counts rows and children; write counts",
            )
        row.update(_derived(row))
        return row
    except (PydanticSerializationError, UnicodeError, JSONEncodeError) as error:
        raise DataError(
            f"dialogue '{dialogue.id}' holds a value that has no JSON form: {error}",
            place=Place(field="tags, fields, turns, plan or personas"),
            remedy="write JSON values only: text in Unicode, numbers, true, false, null, lists and objects",
        ) from error


def _derived(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"hash": content_hash(row), "made_from": _made_from(row)}


def _made_from(row: Mapping[str, Any]) -> list[str] | None:
    """Ids of the dialogues that were shown as examples, and of the one that the record began as."""
    sources: list[str] = []
    if row["lineage"] and '"examples"' in row["lineage"]:
        sources += from_json(row["lineage"]).get("examples", [])
    if row["fields"] and '"source_id"' in row["fields"]:
        began_as = from_json(row["fields"]).get("source_id")
        if isinstance(began_as, str):
            sources.append(began_as)
    return list(dict.fromkeys(sources)) or None


def _notes(turns: list[dict[str, Any]]) -> str | None:
    notes = [{name: value for name, value in turn.items() if name not in ("speaker", "text")} for turn in turns]
    return _json(notes) if any(notes) else None


def dialogue_of(row: Mapping[str, Any]) -> Dialogue:
    """The dialogue that lies in a row."""
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
