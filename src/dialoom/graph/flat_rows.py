"""Dialogues as flat rows, for tables: which columns there are, of which type, and the rows held until that is known."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import orjson
from pydantic_core import to_json

from dialoom.dialogue import Dialogue
from dialoom.errors import DataError, Place, nearest

ColumnKind = Literal["boolean", "integer", "number", "text", "json"]
_INT64 = 2**63


def flat_row(dialogue: Dialogue) -> dict[str, Any]:
    """A dialogue as one row: its parts, its text in `script`, its turns, and each of its other fields as a column."""
    own = {
        "id": dialogue.id,
        **{name: getattr(dialogue, name) for name in ("topic", "scenario", "style", "summary")},
        "personas": [person.model_dump(exclude_none=True) for person in dialogue.personas] or None,
        "plan": dialogue.plan.model_dump(exclude_none=True) if dialogue.plan is not None else None,
        "script": dialogue.script() if dialogue.turns else None,
        "turns": [turn.model_dump(mode="json", exclude_defaults=True) for turn in dialogue.turns] or None,
    }
    rest = {name: value for name, value in dialogue.fields.items() if own.get(name) is None}
    tags = {"tags": dialogue.tags} if dialogue.tags else {}
    return {**{name: value for name, value in own.items() if value is not None}, **rest, **tags}


@dataclass(slots=True)
class FlatRows:
    """Rows in a file that is there as long as it is needed, with what is known of their columns.

    Attributes:
        columns: the type of each column; `json` for lists, objects and what has several types.
        count: how many rows.
    """

    _file: IO[bytes]
    columns: dict[str, ColumnKind] = field(default_factory=dict)
    count: int = 0

    def read(self) -> Iterator[dict[str, Any]]:
        """The rows, in their order, as they were."""
        self._file.seek(0)
        for line in self._file:
            yield orjson.loads(line)

    def cells(self) -> Iterator[list[Any]]:
        """The rows as lists with a value for each column, which a table can hold."""
        for row in self.read():
            yield [_cell(row.get(name), kind) for name, kind in self.columns.items()]


@contextmanager
def flat_rows(dialogues: Iterable[Dialogue], only: list[str] | None) -> Iterator[FlatRows]:
    """The rows of some dialogues.

    Args:
        only: the columns to take, in this order; None for all.

    Raises DataError where none of them has a column that is asked for.
    """
    with tempfile.TemporaryFile(prefix="dialoom-rows-") as file:
        rows = FlatRows(file)
        known: dict[str, None] = {}
        for dialogue in dialogues:
            row = flat_row(dialogue)
            known.update(dict.fromkeys(row))
            taken = row if only is None else {name: row[name] for name in only if name in row}
            for name, value in taken.items():
                if value is not None:
                    kind = _kind(value)
                    rows.columns[name] = kind if (was := rows.columns.get(name)) is None else _both(was, kind)
                else:
                    rows.columns.setdefault(name, "text")
            file.write(to_json(taken, inf_nan_mode="null") + b"\n")
            rows.count += 1
        if only is not None:
            for name in only:
                if name not in known:
                    what = f"no dialogue has the column '{name}'"
                    raise DataError(what, place=Place(field="columns"), remedy=nearest(name, list(known)))
            rows.columns = {name: rows.columns[name] for name in only}
        yield rows


def _kind(value: Any) -> ColumnKind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if -_INT64 <= value < _INT64 else "json"
    if isinstance(value, float):
        return "number"
    return "text" if isinstance(value, str) else "json"


def _both(one: ColumnKind, other: ColumnKind) -> ColumnKind:
    if one == other:
        return one
    return "number" if {one, other} == {"integer", "number"} else "json"


def _cell(value: Any, kind: ColumnKind) -> Any:
    if value is None or kind != "json":
        return float(value) if kind == "number" and value is not None else value
    return orjson.dumps(value).decode()
