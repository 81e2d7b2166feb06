"""What some rows add up to: how many, their content hash, the sums behind their means, their topics and intents.

All of it can be added and taken away, so each commit writes what it changed, and a version's numbers follow from those
of the version before without reading a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orjson import loads

HASH_BYTES = 16
_MODULUS = 1 << (8 * HASH_BYTES)
# Topics written in free words may be as many as the rows: a commit keeps those that are frequent in it.
_MOST_NAMES = 20
OTHERS = "(others)"


@dataclass(slots=True)
class Tally:
    """The sums over some rows.

    Attributes:
        hash: sum of the rows' content hashes, so that order and commits do not matter.
        sums: for `turns` and each numeric tag how many rows have it, and its total.
    """

    rows: int = 0
    hash: int = 0
    sums: dict[str, list[float]] = field(default_factory=dict)
    topics: Counter[str] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Tally:
        """Of rows as they lie in the table; the columns in `COLUMNS` are read."""
        tally = cls()
        for row in rows:
            tally._count(row)
        return tally

    def means(self) -> dict[str, float]:
        """The mean of each numeric tag, over the rows that have it."""
        return {name: total / rows for name, (rows, total) in self.sums.items() if rows}

    def plus(self, other: Tally, sign: int = 1) -> Tally:
        """Both together, or with `sign` -1 this without the other; topics and intents are left out."""
        sums = {name: list(values) for name, values in self.sums.items()}
        for name, (rows, total) in other.sums.items():
            mine = sums.setdefault(name, [0, 0.0])
            mine[0] += sign * rows
            mine[1] += sign * total
        kept = {name: values for name, values in sums.items() if values[0]}
        return Tally(self.rows + sign * other.rows, (self.hash + sign * other.hash) % _MODULUS, kept)

    @property
    def hex(self) -> str:
        """The content hash as 32 hex digits."""
        return f"{self.hash:0{2 * HASH_BYTES}x}"

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "hash": self.hex,
            "sums": self.sums,
            "topics": _frequent(self.topics),
            "intents": _frequent(self.intents),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Tally:
        return cls(said["rows"], int(said["hash"], 16), said["sums"], Counter(said["topics"]), Counter(said["intents"]))

    def _count(self, row: Mapping[str, Any]) -> None:
        self.rows += 1
        self.hash = (self.hash + int.from_bytes(row["hash"])) % _MODULUS
        self._add("turns", row["n_turns"])
        if row["tags"]:
            for name, value in loads(row["tags"]).items():
                if isinstance(value, (int, float)):
                    if name != "turns":
                        self._add(name, value)
                elif isinstance(value, dict):
                    for part, inner in value.items():
                        if isinstance(inner, (int, float)):
                            self._add(f"{name}.{part}", inner)
        if row["topic"]:
            self.topics[row["topic"]] += 1
        self.intents.update(_intents(row))

    def _add(self, name: str, value: float) -> None:
        held = self.sums.get(name)
        if held is None:
            self.sums[name] = [1, value]
        else:
            held[0] += 1
            held[1] += value


def sum_of(hashes: Iterable[bytes]) -> Tally:
    """The hashes of some rows, added up; nothing else is counted."""
    return Tally(hash=sum(map(int.from_bytes, hashes)) % _MODULUS)


COLUMNS = ("hash", "n_turns", "tags", "topic", "fields", "turn_notes")


def _intents(row: Mapping[str, Any]) -> set[str]:
    """The dialogue's own intent, and those of its turns. Most rows have none, and are not parsed for it."""
    found: set[str] = set()
    if row["turn_notes"] and '"intent"' in row["turn_notes"]:
        found.update(note["intent"] for note in loads(row["turn_notes"]) if note.get("intent"))
    if row["fields"] and '"intent"' in row["fields"]:
        own = loads(row["fields"]).get("intent")
        if isinstance(own, str):
            found.add(own)
    return found


def _frequent(counts: Counter[str]) -> dict[str, int]:
    kept = dict(counts.most_common(_MOST_NAMES))
    rest = counts.total() - sum(kept.values())
    if rest:
        kept[OTHERS] = kept.get(OTHERS, 0) + rest
    return kept
