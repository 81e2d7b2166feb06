"""Social security numbers of the United States, and what is written in their form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(r"(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])")
# Without separators nine digits may be anything, so that the words before have to say what they are.
_NAMED = re.compile(
    r"(?:\bssn\b|social security)\D{0,40}?(?<!\d)(\d{9}|\d{3}[- ]?\d{2}[- ]?\d{4})(?!\d)", re.IGNORECASE
)


def _find(text: str) -> Iterator[Span]:
    spans = {found.span() for found in _FORM.finditer(text)} | {found.span(1) for found in _NAMED.finditer(text)}
    return iter(sorted(spans))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


# No number starts with 000.
KIND = Kind("SSN", "social security numbers", _find, lambda number: f"000-00-{number:04d}", same=_digits, digits=9)
