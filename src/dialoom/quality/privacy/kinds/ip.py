"""Addresses of machines: IPv4 and IPv6."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)", re.IGNORECASE
)

# It begins with the point, which is quick to look for.
_DOTTED = re.compile(r"\.\d+\.\d")


def _find(text: str) -> Iterator[Span]:
    return (found.span() for found in _FORM.finditer(text) if _is_address(found[0]))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    # `::` alone is punctuation.
    return len(text) > 3


def _is_likely(text: str) -> bool:
    return text.count(":") > 1 or (text.count(".") > 2 and bool(_DOTTED.search(text)))


def _surrogate(number: int) -> str:
    # TEST-NET-1 and -2, which RFC 5737 keeps for documents.
    return f"192.0.2.{number}" if number < 255 else f"198.51.100.{number % 254 + 1}"


KIND = Kind("IP", "IPv4 and IPv6 addresses", _find, _surrogate, likely=_is_likely)
