"""Telephone numbers, by their form and the words around them: real ones and made-up ones alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORM = re.compile(
    r"(?<![\w@.#/:$€£-])"
    r"(?:(?:\+|00)\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{1,5}(?:[ ./-]{0,1}\d{2,5}){1,4}"
    r"(?: ?(?:x|ext\.?) ?\d{1,6})?"
    r"(?![\w@%/]|-\d|[.,:]\d)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\b(?:phone|telephone|tel|call|cell|mobile|dial|fax|whatsapp|sms|messages?|text(?:ed)? me|ring|reach|answer\w*|"
    r"number|contact)\b",
    re.IGNORECASE,
)
# What other numbers are called by.
_OTHER = re.compile(
    r"\b(?:confirmation|order|booking|account|reservation|flight|ticket|reference|tracking|room|serial|case|claim|"
    r"invoice|policy|membership|student|license|customer|id) (?:number|no\.?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|(?:19|20)\d\d ?- ?(?:19|20)\d\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_NEAR = 40


def _find(text: str) -> Iterator[Span]:
    for found in _FORM.finditer(text):
        said = found[0]
        digits = len(re.sub(r"\D", "", said))
        if not 7 <= digits <= 15:
            continue
        before = text[max(0, found.start() - _NEAR) : found.start()]
        named = bool(_CONTEXT.search(_OTHER.sub("", before)))
        if (
            said[0] in "+("
            or said.startswith("00")
            or (not _DATE.fullmatch(said) and (named or _is_like_one(said, digits)))
        ):
            yield found.span()


def _is_like_one(said: str, digits: int) -> bool:
    if said.isdigit():
        return digits in (10, 11)
    return not _THOUSANDS.fullmatch(said) and (digits >= 8 or bool(re.fullmatch(r"\d{3}-\d{4}", said)))


def _digits(text: str) -> str:
    # The last nine tell numbers apart, with and without the country's code.
    return re.sub(r"\D", "", text)[-9:]


def _surrogate(number: int) -> str:
    # 555-0100 to 555-0199 are kept for fiction.
    return f"({200 + number // 100}) 555-01{number % 100:02d}"


KIND = Kind("PHONE", "telephone numbers", _find, _surrogate, same=_digits, sure=False, digits=7)
