"""Email addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(r"(?<![\w.+-])[\w.%+'-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])")


def _find(text: str) -> Iterator[Span]:
    return (found.span() for found in _FORM.finditer(text))


KIND = Kind("EMAIL", "email addresses", _find, lambda number: f"person{number}@example.com", marks=("@",))
