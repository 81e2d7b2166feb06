"""All personal data of a text, each piece once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dialoom.quality.privacy._kind import KINDS, Kind, count_digits


class Found(NamedTuple):
    """A piece of personal data: where it stands in the text, and of which kind it is."""

    start: int
    end: int
    kind: str


Finder = Callable[[str], Iterable[Found]]
"""Finds pieces of a text; they may overlap with those of other finders."""


def find_personal(text: str, kinds: Sequence[Kind] | None = None, more: Sequence[Finder] = ()) -> list[Found]:
    """The pieces in order, without overlaps: where two overlap, the sure kind wins, then the longer piece.

    Args:
        kinds: left out, all of them.
        more: further finders, such as one for names.
    """
    chosen = [KINDS.load(name) for name in KINDS.names()] if kinds is None else kinds
    sure: dict[Found, bool] = {}
    digits, lower = count_digits(text), text.lower()
    for kind in chosen:
        if not kind.may_be_in(lower, digits, kind.marks):
            continue
        sure |= {Found(start, end, kind.name): kind.sure for start, end in kind.find(text)}
    for finder in more:
        sure |= {found: False for found in finder(text) if found not in sure}
    taken: list[Found] = []
    for found in sorted(sure, key=lambda each: (not sure[each], each.start - each.end, each)):
        if all(found.end <= other.start or other.end <= found.start for other in taken):
            taken.append(found)
    return sorted(taken)
