"""A table that leaves out what a narrow terminal has no room for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from dialoom.cli._console import table

Row = Mapping[str, str | Text]


def fitted(rows: Sequence[Row], width: int, room: Mapping[str, int], left: Collection[str]) -> Table:
    """The rows, whose keys are the columns.

    Args:
        width: of the terminal, in characters.
        room: columns that are shown from some width on; the others always are.
        left: columns of text; the others hold numbers.
    """
    columns = [name for name in rows[0] if width >= room.get(name, 0)]
    shown = table(*columns, right=tuple(name for name in columns if name not in left))
    for row in rows:
        shown.add_row(*(row[name] for name in columns))
    return shown
