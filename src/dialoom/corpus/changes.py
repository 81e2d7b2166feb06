"""What a commit says of itself, in the commit: its kind, its reason, and what it added or took away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orjson import dumps, loads

from dialoom.corpus.tally import Tally

_KEY = "dialoom.change"


@dataclass(frozen=True, slots=True)
class Change:
    """One commit's own account.

    Attributes:
        kind: `append`, `remove`, `put back`, `update` or `restore`.
        tally: of the rows that came or went; None for a restore, whose numbers are those of the restored version.
        why: the reason that was given.
        run, batch: whose rows these are, where it is one run's or batch's.
        recipes: hashes of the recipes that made the rows.
        at: when it was made.
        gone: of an update, the tally of what was there before.
    """

    kind: str
    tally: Tally | None = None
    why: str | None = None
    run: str | None = None
    batch: str | None = None
    recipes: tuple[str, ...] = ()
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    gone: Tally | None = None

    def properties(self) -> dict[str, str]:
        """As Lance keeps it with the transaction."""
        named = {name: value for name, value in (("run", self.run), ("batch", self.batch)) if value is not None}
        said: dict[str, Any] = {"kind": self.kind, "why": self.why, "recipes": self.recipes, "at": self.at}
        if self.tally is not None:
            said["tally"] = self.tally.to_json()
        if self.gone is not None:
            said["gone"] = self.gone.to_json()
        return named | {_KEY: dumps(said).decode()}

    @classmethod
    def read(cls, properties: Mapping[str, str]) -> Change | None:
        """The account in a transaction's properties, None where there is none."""
        if _KEY not in properties:
            return None
        said = loads(properties[_KEY])
        return cls(
            kind=said["kind"],
            tally=Tally.from_json(said["tally"]) if "tally" in said else None,
            why=said["why"],
            run=properties.get("run"),
            batch=properties.get("batch"),
            recipes=tuple(said["recipes"]),
            at=datetime.fromisoformat(said["at"]),
            gone=Tally.from_json(said["gone"]) if "gone" in said else None,
        )

    @property
    def came(self) -> Tally:
        """What it brought."""
        return Tally() if self.tally is None or self.kind == "remove" else self.tally

    @property
    def went(self) -> Tally:
        """What it took away."""
        return (self.tally if self.kind == "remove" else self.gone) or Tally()
