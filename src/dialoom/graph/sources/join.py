"""`join`: one source out of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import Field, SerializeAsAny, model_validator

from dialoom.errors import DataError, Place, nearest
from dialoom.graph.held_rows import HeldRows, held_rows
from dialoom.graph.shaping import mixed
from dialoom.graph.source import Row, Say, Source

_SHOWN = 3
# Rows that are read again for each row of the part before are held in memory up to so many.
_AT_HAND = 1000


class Join(Source):
    """Several sources as one.

    `inner` and `left` match rows by key; `cross` pairs each row with each; `zip` takes the first of all, the second of
    all, and so on; `random` gives each row of the first source a row of the others, by seed and each about equally
    often; `stack` reads one after another. The order is that of the first source, then of the second.

    `stack` and `zip` hold one row of each. The others hold rows on disk: `cross` all but those of the first source, the
    rest all.
    """

    join: Literal["inner", "left", "cross", "zip", "random", "stack"] = Field(description="How they are joined.")
    of: dict[str, SerializeAsAny[Source]] = Field(
        description="The sources, by name or as a list; of names a message can speak.", min_length=2
    )
    on: str | list[str] | dict[str, str | list[str]] | None = Field(
        default=None,
        description="For inner and left: the field, or fields, that must be the same; by source where they differ.",
    )
    nest: bool = Field(default=False, description="Keep the row of each source apart, in a field of its name.")

    parts_in = "of"

    @model_validator(mode="after")
    def _keyed(self) -> Join:
        by_key = self.join in ("inner", "left")
        if by_key and self.on is None:
            raise ValueError(f"a join of the kind {self.join} needs 'on', the field that must be the same")
        if not by_key and self.on is not None:
            raise ValueError(f"'on' says nothing in a join of the kind {self.join}")
        if isinstance(self.on, dict) and (wrong := self.on.keys() ^ self.of.keys()):
            name = min(wrong)
            raise ValueError(f"'on' and 'of' must name the same sources, and only one of them names '{name}'")
        if by_key and len({len(self._keys(name)) for name in self.of}) > 1:
            raise ValueError("'on' must name as many fields for each source")
        if self.join == "stack" and self.nest:
            raise ValueError("a stack has nothing to nest")
        return self

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        how: dict[str, Callable[[Path, Say], Iterator[Row]]] = {
            "inner": self._by_key,
            "left": self._by_key,
            "cross": self._cross,
            "zip": self._zip,
            "random": self._random,
            "stack": self._stack,
        }
        return how[self.join](folder, say)

    def files(self, folder: Path) -> list[Path]:
        return [*(path for part in self.of.values() for path in part.files(folder)), *super().files(folder)]

    def place(self, folder: Path) -> Place:
        return Place(field="join")

    def _stack(self, folder: Path, say: Say) -> Iterator[Row]:
        return chain.from_iterable(self._part(name, folder, say) for name in self.of)

    def _zip(self, folder: Path, say: Say) -> Iterator[Row]:
        rows = {name: self._part(name, folder, say) for name in self.of}
        while True:
            found = {name: next(each, None) for name, each in rows.items()}
            over = [name for name, row in found.items() if row is None]
            if over:
                for name in rows.keys() - set(over):
                    left = 1 + sum(1 for _ in rows[name])
                    say(f"zip: {left:,} rows of '{name}' are left over, as '{over[0]}' ends before")
                return
            yield self._merged(found)

    def _cross(self, folder: Path, say: Say) -> Iterator[Row]:
        first, *others = self.of
        with held_rows() as held:
            again = [
                _Again(held, index, held.add((None, row) for row in self._part(name, folder, say)))
                for index, name in enumerate(others)
            ]

            def pairs(before: dict[str, Row], left: int) -> Iterator[Row]:
                if left == len(others):
                    yield self._merged(before)
                    return
                for row in again[left].rows():
                    yield from pairs({**before, others[left]: row}, left + 1)

            for row in self._part(first, folder, say):
                yield from pairs({first: row}, 0)

    def _random(self, folder: Path, say: Say) -> Iterator[Row]:
        first, *others = self.of
        with held_rows() as held:
            held.add((None, row) for row in self._part(first, folder, say))
            joins = []
            for index, name in enumerate(others, 1):
                salt = f"{self.seed}:{name}"
                rows = enumerate(self._part(name, folder, say))
                size = held.add((mixed(salt, number), row) for number, row in rows)
                order = f"(SELECT row, row_number() OVER (ORDER BY key) - 1 AS place FROM part{index})"
                joins.append(f"JOIN {order} AS other{index} ON part0.n % {size} = other{index}.place")
            listed = ", ".join(["part0.row", *(f"other{index}.row" for index in range(1, len(self.of)))])
            for found in held.stream(f"SELECT {listed} FROM part0 {' '.join(joins)} ORDER BY part0.n"):
                yield self._merged(dict(zip(self.of, found, strict=True)))

    def _by_key(self, folder: Path, say: Say) -> Iterator[Row]:
        names = list(self.of)
        fields: dict[str, dict[str, None]] = {name: {} for name in names}
        with held_rows() as held:
            sizes = {
                name: held.add(self._keyed_rows(name, self._part(name, folder, say), fields[name])) for name in names
            }
            for index, name in enumerate(names[1:], 1):
                self._tell_unmatched(held, index, name, sizes, say)
            kind = "LEFT JOIN" if self.join == "left" else "JOIN"
            others = range(1, len(names))
            joins = " ".join(f"{kind} part{n} ON part0.key = part{n}.key" for n in others)
            listed, order = (", ".join(f"part{n}.{what}" for n in range(len(names))) for what in ("row", "n"))
            for found in held.stream(f"SELECT {listed} FROM part0 {joins} ORDER BY {order}"):
                filled = {
                    name: dict.fromkeys(fields[name]) if row is None else row
                    for name, row in zip(names, found, strict=True)
                }
                yield self._merged(filled)

    def _tell_unmatched(self, held: HeldRows, index: int, name: str, sizes: Mapping[str, int], say: Say) -> None:
        first = next(iter(self.of))

        def alone(one: int, other: int) -> int:
            same = f"SELECT 1 FROM part{other} WHERE part{other}.key = part{one}.key"
            return held.count(f"SELECT count(*) FROM part{one} WHERE NOT EXISTS ({same})")

        left, right = alone(0, index), alone(index, 0)
        if left == sizes[first]:
            shown = [
                ", ".join(held.values(f"SELECT key FROM part{n} WHERE key IS NOT NULL ORDER BY n LIMIT {_SHOWN}"))
                for n in (0, index)
            ]
            raise DataError(
                f"a join without matches: no row of '{first}' has its {' and '.join(self._keys(first))} in "
                f"the {' and '.join(self._keys(name))} of '{name}'",
                place=Place(field="on"),
                remedy=f"'{first}' has {shown[0]}, '{name}' has {shown[1]}",
            )
        if left:
            then = "they get none of its fields" if self.join == "left" else "they are left out"
            say(f"join: {left:,} of {sizes[first]:,} rows of '{first}' have no match in '{name}': {then}")
        if right:
            say(f"join: {right:,} of {sizes[name]:,} rows of '{name}' match no row of '{first}': they are left out")

    def _keyed_rows(self, name: str, rows: Iterable[Row], fields: dict[str, None]) -> Iterator[tuple[str | None, Row]]:
        keys = self._keys(name)
        for row in rows:
            fields.update(dict.fromkeys(row))
            values = [row.get(key) for key in keys]
            yield (None if any(value is None for value in values) else "\x1f".join(map(_as_key, values))), row
        for key in keys:
            if key not in fields:
                raise DataError(
                    f"'{name}' has no field '{key}'", place=Place(field="on"), remedy=nearest(key, list(fields))
                )

    def _keys(self, name: str) -> list[str]:
        on = self.on[name] if isinstance(self.on, dict) else self.on
        return [on] if isinstance(on, str) else list(on or [])

    def _part(self, name: str, folder: Path, say: Say) -> Iterator[Row]:
        try:
            yield from self.of[name].read(folder, lambda line: say(f"{name}: {line}"))
        except DataError as error:
            if error.place is not None and error.place.file:
                raise
            inner = f".{error.place.field}" if error.place and error.place.field else ""
            raise DataError(error.what, place=Place(field=f"of.{name}{inner}"), remedy=error.remedy) from error

    def _merged(self, found: Mapping[str, Any]) -> Row:
        if self.nest:
            return dict(found)
        merged: Row = {}
        owner: dict[str, str] = {}
        keys = {name: set(self._keys(name)) for name in found}
        for name, row in found.items():
            for field, value in row.items():
                if field in owner and not (field in keys[name] and field in keys[owner[field]]):
                    raise DataError(
                        f"'{owner[field]}' and '{name}' both have the field '{field}'",
                        place=Place(field=f"of.{name}"),
                        remedy=f"rename it in one of them, such as rename: {{{field}: {name}_{field}}}, or nest: true",
                    )
                if field not in owner:
                    merged[field], owner[field] = value, name
        return merged


class _Again:
    """Held rows that are read again and again."""

    def __init__(self, held: HeldRows, index: int, size: int) -> None:
        self._held = held
        self._sql = f"SELECT row FROM part{index} ORDER BY n"
        self._at_hand = list(self._read()) if size <= _AT_HAND else None

    def rows(self) -> Iterator[Any]:
        return iter(self._at_hand) if self._at_hand is not None else self._read()

    def _read(self) -> Iterator[Any]:
        return (row for (row,) in self._held.stream(self._sql))


def _as_key(value: Any) -> str:
    """As text, since keys in a CSV are texts: 7, 7.0 and "7" are the same."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


SOURCE = Join
