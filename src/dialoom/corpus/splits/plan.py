"""What a split or a mixture decided: which dialogue goes where, and why some go nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dialoom.corpus.splits.leaks import LeakReport
from dialoom.corpus.splits.rows import Row
from dialoom.corpus.splits.view import View


class Withheld(NamedTuple):
    """A dialogue that is in no set, and the reason."""

    row: Row
    reason: str


@dataclass(slots=True)
class Plan:
    """Which dialogue of one version of a corpus goes to which set.

    Attributes:
        options: what it was made with, for the manifest.
        sets: the rows of each set, in the corpus's order.
        withheld: rows of no set.
        held: names of the sets that were held out before.
        leaks: what the looking for leaks found, by what was looked through.
        notes: what a reader of the sets should know.
    """

    view: View
    options: dict[str, Any]
    sets: dict[str, list[Row]]
    withheld: list[Withheld] = field(default_factory=list)
    held: tuple[str, ...] = ()
    leaks: dict[str, LeakReport] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def withhold(self, name: str, reasons: dict[int, str]) -> None:
        """Takes rows, by their index in a set, out of it."""
        rows = self.sets[name]
        self.withheld += [Withheld(rows[index], reason) for index, reason in sorted(reasons.items())]
        self.sets[name] = [row for index, row in enumerate(rows) if index not in reasons]

    def strata(self) -> list[dict[str, Any]]:
        """How many rows of each stratum each set has: `{"values": [...], "rows": {set: count}}`."""
        counts = {name: Counter(row.stratum for row in rows) for name, rows in self.sets.items()}
        every = sorted({stratum for count in counts.values() for stratum in count}, key=_sortable)
        return [
            {"values": list(stratum), "rows": {name: count[stratum] for name, count in counts.items()}}
            for stratum in every
        ]


def _sortable(stratum: Sequence[str | None]) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in stratum]
