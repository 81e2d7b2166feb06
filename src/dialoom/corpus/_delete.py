"""Taking rows out of a Lance table by their ids."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from dialoom.corpus._load_lance import lance

_ROW_ID = "_rowid"
_FRAGMENT_BITS = 32
_LANCE_CONDITIONS = 250  # Lance refuses a filter of more than 500 conditions, and a range is two.


class Deletion(NamedTuple):
    """Fragments with fewer rows than before, and the numbers of those that go as a whole."""

    updated: list[lance.FragmentMetadata]
    gone: list[int]

    def operation(self) -> lance.LanceOperation.Delete:
        return lance.LanceOperation.Delete(self.updated, self.gone, _ROW_ID)


def deletion(table: lance.LanceDataset, rows: list[int]) -> Deletion:
    """What to commit so that these rows are gone; only the fragments that hold them are touched.

    The commit is refused where another process has changed one of these fragments since, as ids mean other rows then.
    """
    fragments = {fragment.fragment_id: fragment for fragment in table.get_fragments()}
    made = Deletion([], [])
    for number, ids in groupby(sorted(rows), key=lambda row: row >> _FRAGMENT_BITS):
        fragment = fragments[number]
        wanted = list(ids)
        # A fragment of which nothing is left goes as a whole.
        left = None if fragment.count_rows() == len(wanted) else fragment.delete(_within(wanted))
        if left is None:
            made.gone.append(number)
        else:
            made.updated.append(left)
    return made


def _within(ids: list[int]) -> str:
    """A condition on sorted row ids that is short where neighbours go together, as they do when a batch is removed."""
    ranges = [[ids[0], ids[0]]]
    for row in ids[1:]:
        if row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    if len(ranges) > _LANCE_CONDITIONS:
        return f"{_ROW_ID} IN ({', '.join(map(str, ids))})"
    return " OR ".join(f"{_ROW_ID} BETWEEN {first} AND {last}" for first, last in ranges)
