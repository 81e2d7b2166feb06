"""What a kind of personal data is, and the registry of kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dialoom.registry import Registry

Span = tuple[int, int]
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of personal data that its form gives away.

    Attributes:
        name: as it stands in a tag: `EMAIL` in `[EMAIL_1]`.
        about: one line for help texts.
        find: the spans (start, end) of a text that are such data, in order, without overlaps.
        surrogate: the n-th (from 1) value of this form that belongs to nobody.
        same: a normal form; values of one form are the same datum.
        sure: whether its form alone is proof (a checksum, a fixed prefix), so that it goes before kinds that guess.
        digits: how many digits a piece has at least; a text with fewer is not searched.
        marks: strings in lower case of which a piece, or what it is called, holds one at least; a text without is
            not searched. None where that says nothing.
        likely: a quicker look than `find`, at a lower-cased text: whether there may be a piece.
    """

    name: str
    about: str
    find: Callable[[str], Iterator[Span]]
    surrogate: Callable[[int], str]
    same: Callable[[str], str] = str.casefold
    sure: bool = True
    digits: int = 0
    marks: tuple[str, ...] | None = None
    likely: Callable[[str], bool] | None = None

    def may_be_in(self, lower: str, digits: int, marks: Iterable[str] | None) -> bool:
        """Whether a lower-cased text with so many digits is worth searching, by those of its marks that are given."""
        return (
            digits >= self.digits
            and (marks is None or any(mark in lower for mark in marks))
            and (self.likely is None or self.likely(lower))
        )


def count_digits(text: str) -> int:
    """How many decimal digits a text holds, of whatever script."""
    return sum(map(text.count, "0123456789")) if text.isascii() else len(_DIGIT.findall(text))


KINDS: Registry[Kind] = Registry("dialoom.quality.privacy.kinds", "KIND", "kind of personal data")
