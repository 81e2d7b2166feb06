"""Words of a text in any script: what lexical metrics count and likeness is measured on.

Scripts written without spaces (Han, kana, Thai, Lao, Burmese, Khmer) yield one word per character, since segmenting
them takes a dictionary; elsewhere a word is a run of letters, digits and their combining marks (UAX #29, simplified).
"""

from __future__ import annotations

import re

_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e50-\u0e59\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0ed0-\u0edf"
    "\u1000-\u102a\u103f-\u1049\u1780-\u17b3\u17e0-\u17e9\u3040-\u309a\u309d-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# `\w` leaves out combining marks, so that without them a Hindi or a vocalised Arabic word falls apart.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03"
    "\u0b3c-\u0b57\u0bbe-\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57"
    "\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_RUN = rf"[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[{_MARKS}])*"
_PIECE = re.compile(rf"[{_UNSPACED}][{_MARKS}]*|{_RUN}")
_WORD = re.compile(rf"[{_UNSPACED}][{_MARKS}]*|{_RUN}(?:'{_RUN})*")
_ASCII_PIECE = re.compile(r"[a-z0-9]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def words(text: str) -> list[str]:
    """The words of `text` in order, case-folded; a contraction (`don't`) is one word."""
    folded = text.casefold().replace("’", "'")
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def pieces(text: str) -> list[str]:
    """The words of `text` in order, lower-cased, split at apostrophes: on ASCII text, those of rouge-score."""
    lowered = text.lower()
    return (_ASCII_PIECE if lowered.isascii() else _PIECE).findall(lowered)
