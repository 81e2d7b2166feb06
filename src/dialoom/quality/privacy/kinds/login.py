"""URLs that carry a user and a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]+:[^\s/@]+@[^\s\"'<>]+", re.IGNORECASE)


def _find(text: str) -> Iterator[Span]:
    return ((found.start(), found.start() + len(found[0].rstrip(".,;:!?)"))) for found in _FORM.finditer(text))


KIND = Kind(
    "LOGIN",
    "URLs with a user and a password",
    _find,
    lambda number: f"https://user{number}:secret@example.com",
    same=str,
    marks=("://",),
)
