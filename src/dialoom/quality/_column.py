"""What a rule may name: a metric, or a tag that something else has put on the dialogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from dialoom.dialogue import Dialogue

ColumnType = Literal["bool", "int", "float", "text", "texts"]
Value = bool | int | float | str | list[str]

SQL_TYPES: Final[Mapping[str, str]] = {
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "float": "DOUBLE",
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
}
_SAMPLES: Final[Mapping[str, str]] = {"text": "''", "texts": "[]"}


class Column(Protocol):
    """A typed value of every dialogue under a name that rules may use; a Metric is one."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> ColumnType: ...
    def measure(self, dialogue: Dialogue, /) -> Value | None:
        """The value; None where the dialogue has none, and a rule over it then has no answer."""
        ...


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A tag of the dialogue as a column.

    Args:
        name: path in the dialogue's tags: `judge.coherence` is `tags["judge"]["coherence"]`. No column's name may
            begin another's, as `judge` does.
        type: of the value; a value of another type counts as none.
    """

    name: str
    type: ColumnType

    def measure(self, dialogue: Dialogue, /) -> Value | None:
        value: Any = dialogue.tags
        for part in self.name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if _fits(value, self.type) else None


def _fits(value: Any, kind: ColumnType) -> bool:
    if kind == "bool" or isinstance(value, bool):
        return kind == "bool" and isinstance(value, bool)
    if kind == "texts":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == "text":
        return isinstance(value, str)
    return isinstance(value, int) or (kind == "float" and isinstance(value, float))


def known(column: Column, dialogue: Dialogue) -> Value | None:
    """The value that a tag of the column's name holds, measured only where there is none of its type."""
    held = dialogue.tags.get(column.name)
    if held is not None and _fits(held, column.type):
        fitting: Value = held
        return fitting
    return column.measure(dialogue)


def fits(column: Column, value: Any) -> bool:
    """Whether a value is of the column's type."""
    return _fits(value, column.type)


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of columns, that of `judge.coherence` in an object `judge` under `coherence`."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        inner = row
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return row


def shape(columns: Sequence[Column]) -> dict[str, Any]:
    """The SQL types of a row of these columns, as `from_json` takes them."""
    return nested({one.name: ["VARCHAR"] if one.type == "texts" else SQL_TYPES[one.type] for one in columns})


def rows_of(columns: Sequence[Column]) -> str:
    """A query whose rows are those of its one parameter, a JSON list of objects of `nested` values."""
    # The list is the first level, and the row the second: an object in a row stays one.
    form = json.dumps([shape(columns)]).replace("'", "''")
    return f"SELECT unnest(from_json(?, '{form}'), max_depth := 2)"


def sample(columns: Sequence[Column]) -> str:
    """The select list of one row with a value for each column."""
    row = nested({one.name: f"{_SAMPLES.get(one.type, '1')}::{SQL_TYPES[one.type]}" for one in columns})
    return ", ".join(f"{_literal(value)} AS {_quoted(name)}" for name, value in row.items())


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"struct_pack({', '.join(f'{_quoted(name)} := {_literal(inner)}' for name, inner in value.items())})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
