"""International bank account numbers with right check digits (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)


def _find(text: str) -> Iterator[Span]:
    for found in _FORM.finditer(text):
        # Words after it may look like more of it.
        for end in _ends(found[0]):
            if _is_right(_plain(found[0][:end])):
                yield found.start(), found.start() + end
                break


def _ends(text: str) -> Iterator[int]:
    yield len(text)
    yield from (place for place in range(len(text) - 1, 0, -1) if text[place] == " ")


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()


def _is_right(iban: str) -> bool:
    # Words of a sentence, tried at each of their ends, would sometimes come out right. Letters such as İ count as
    # A to Z where case is ignored.
    if not iban.isascii() or not 15 <= len(iban) <= 34 or sum(map(str.isdigit, iban)) < 10:
        return False
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def _surrogate(number: int) -> str:
    # Germany has no bank of code 00000000.
    account = f"00000000{number:010d}"
    check = 98 - int(f"{account}131400") % 97
    return f"DE{check:02d}{account}"


KIND = Kind("IBAN", "bank account numbers (IBAN) with right check digits", _find, _surrogate, same=_plain, digits=10)
