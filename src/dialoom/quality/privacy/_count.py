"""How many data of some kinds a dialogue gives away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dialoom.quality.batch import Batch
from dialoom.quality.privacy._find import find_personal
from dialoom.quality.privacy._kind import KINDS, Kind, count_digits

_SECRET = ("login", "secret")


def count_personal(batch: Batch) -> list[int]:
    """The number of different data that name or reach a person, by form: all kinds but secrets."""
    return _count(batch, secret=False)


def count_secrets(batch: Batch) -> list[int]:
    """The number of different passwords, keys and tokens."""
    return _count(batch, secret=True)


@cache
def _kinds(secret: bool) -> tuple[Kind, ...]:
    return tuple(KINDS.load(name) for name in KINDS.names() if (name in _SECRET) == secret)


def _count(batch: Batch, *, secret: bool) -> list[int]:
    kinds = [(kind, None if kind.marks is None else batch.present(kind.marks)) for kind in _kinds(secret)]
    found = []
    for lower, texts in zip(batch.lower, batch.split(batch.texts), strict=True):
        digits = count_digits(lower)
        likely = [kind for kind, marks in kinds if kind.may_be_in(lower, digits, marks)]
        found.append(len(_different(texts, likely)) if likely else 0)
    return found


def _different(texts: Sequence[str], kinds: Sequence[Kind]) -> set[tuple[str, str]]:
    same = {kind.name: kind.same for kind in kinds}
    return {
        (found.kind, same[found.kind](text[found.start : found.end]))
        for text in texts
        for found in find_personal(text, kinds)
    }
