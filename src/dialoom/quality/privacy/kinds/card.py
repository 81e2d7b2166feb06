"""Numbers of payment cards: 12 to 19 digits with a right check digit (Luhn, ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(r"(?<![\w.-])[1-6](?:[ -]?\d){11,18}(?![\w-]|\.\d)")


def _find(text: str) -> Iterator[Span]:
    return (found.span() for found in _FORM.finditer(text) if _is_right(_digits(found[0])))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_right(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(part - 9 if part > 9 else part for part in doubled) % 10 == 0


def _surrogate(number: int) -> str:
    start = f"400000{number:09d}"
    return next(f"{start}{check}" for check in range(10) if _is_right(f"{start}{check}"))


KIND = Kind("CARD", "payment card numbers with a right check digit", _find, _surrogate, same=_digits, digits=12)
