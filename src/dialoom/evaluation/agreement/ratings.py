"""Who rated what how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Value = float | str


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating.

    Attributes:
        unit: what was rated, such as a dialogue's id.
        rater: who rated it.
        item: what was asked, such as a criterion of a rubric.
        value: a number, or a word for choices without order.
        about: further columns of the export, such as the prompt, by which agreement can be told apart.
    """

    unit: str
    rater: str
    item: str
    value: Value
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of one item as a table.

    Attributes:
        units, raters: sorted.
        table: (units, raters), the index into `values`, -1 where there is no rating.
        values: the different values, sorted; words after numbers.
        replaced: how many ratings a later one by the same rater of the same unit took the place of.
    """

    units: Sequence[str]
    raters: Sequence[str]
    table: NDArray[np.int64]
    values: Sequence[Value]
    replaced: int = 0

    @classmethod
    def of(cls, ratings: Iterable[Rating]) -> Ratings:
        """The table of ratings that are all of one item."""
        held: dict[tuple[str, str], Value] = {}
        seen = 0
        for rating in ratings:
            held[rating.unit, rating.rater] = rating.value
            seen += 1
        units = sorted({unit for unit, _ in held})
        raters = sorted({rater for _, rater in held})
        values = sorted(set(held.values()), key=lambda value: (isinstance(value, str), value))
        row, column = {unit: at for at, unit in enumerate(units)}, {rater: at for at, rater in enumerate(raters)}
        place = {value: at for at, value in enumerate(values)}
        table = np.full((len(units), len(raters)), -1, dtype=np.int64)
        for (unit, rater), value in held.items():
            table[row[unit], column[rater]] = place[value]
        return cls(units, raters, table, values, seen - len(held))

    @property
    def numeric(self) -> bool:
        """Whether every value is a number."""
        return not any(isinstance(value, str) for value in self.values)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The values as numbers; their ranks where some are words, which only levels without distances may use."""
        own = self.values if self.numeric else range(len(self.values))
        return np.array([float(value) for value in own])

    @property
    def counts(self) -> NDArray[np.float64]:
        """(units, values): how many raters gave each value."""
        counted = np.zeros((len(self.units), len(self.values)))
        for at in range(len(self.values)):
            counted[:, at] = (self.table == at).sum(axis=1)
        return counted


def by_item(ratings: Iterable[Rating]) -> dict[str, list[Rating]]:
    """The ratings of each item, items sorted by name."""
    found: dict[str, list[Rating]] = {}
    for rating in ratings:
        found.setdefault(rating.item, []).append(rating)
    return dict(sorted(found.items()))
