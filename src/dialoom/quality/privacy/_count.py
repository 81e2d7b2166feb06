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
    kinds = _kinds(secret)
    counted = any(kind.digits for kind in kinds)
    likely: dict[int, list[Kind]] = {}
    for kind in kinds:
        # All texts are searched for its marks at once: few have one.
        places = range(len(batch)) if kind.marks is None else batch.holding(kind.marks)
        digits = batch.once(_digits) if counted else [0] * len(batch)
        for one in places:
            if digits[one] >= kind.digits and kind.may_be_in(batch.lower[one], digits[one], None):
                likely.setdefault(one, []).append(kind)
    texts = list(batch.split(batch.texts)) if likely else []
    return [len(_different(texts[one], likely[one])) if one in likely else 0 for one in range(len(batch))]


def _digits(batch: Batch) -> list[int]:
    held = frozenset(batch.holding("0123456789"))
    return [count_digits(lower) if one in held or not lower.isascii() else 0 for one, lower in enumerate(batch.lower)]


def _different(texts: Sequence[str], kinds: Sequence[Kind]) -> set[tuple[str, str]]:
    same = {kind.name: kind.same for kind in kinds}
    return {
        (found.kind, same[found.kind](text[found.start : found.end]))
        for text in texts
        for found in find_personal(text, kinds)
    }
