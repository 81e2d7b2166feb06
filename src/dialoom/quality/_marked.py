"""The words of many turns in one pass, with marks for where sentences and turns end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from dialoom.quality._words import words

TURN, STOP = "\x01", "\x02"
_FINAL = ".!?\n…。！？।؟"
_BLANKS = bytes(
    ord(STOP) if chr(place) in _FINAL else place if chr(place).isalnum() or chr(place) in "'" + TURN else 32
    for place in range(128)
) + bytes(128)
_STOPS = re.compile(f"([{_FINAL}])")
# Marks of typography that texts in ASCII carry besides; none is part of a word.
_TYPOGRAPHIC = (("’", "'"), ("‘", " "), ("“", " "), ("”", " "), ("–", " "), ("—", " "), ("…", "."))


def marked_words(dialogues: Sequence[Sequence[str]]) -> list[str]:
    """The words of the turns of each dialogue, in order, a `STOP` after each final mark, a `TURN` after each turn."""
    found: list[str] = []
    for plain, texts in _runs(dialogues):
        found += _marked_ascii(texts) if plain else _marked_any(texts)
    return found


def _runs(dialogues: Iterable[Sequence[str]]) -> Iterator[tuple[bool, list[str]]]:
    """Neighbouring dialogues together whose texts are all in ASCII but for typography, or are not."""
    texts: list[str] = []
    before = True
    for turns in dialogues:
        plain = all(map(str.isascii, turns)) or _is_plain(turns)
        if plain is not before and texts:
            yield before, texts
            texts = []
        before = plain
        texts += turns
    if texts:
        yield before, texts


def _is_plain(texts: Iterable[str]) -> bool:
    return _untypographic("".join(texts)).isascii()


def _untypographic(text: str) -> str:
    for mark, plain in _TYPOGRAPHIC:
        text = text.replace(mark, plain)
    return text


def _marked_ascii(texts: list[str]) -> list[str]:
    joined = TURN.join([*texts, ""]).casefold()
    if not joined.isascii():
        joined = _untypographic(joined)
    if joined.count(TURN) != len(texts):
        return _marked_any(texts)
    plain = joined.encode().translate(_BLANKS).decode()
    plain = plain.replace(TURN, f" {TURN} ").replace(STOP, f" {STOP} ")
    if "'" in plain:
        # An apostrophe is part of a word between two letters of it alone.
        plain = f" {plain}".replace("''", "  ").replace(" '", " ").replace("' ", " ")
    return plain.split()


def _marked_any(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        parts = _STOPS.split(text) if text else [text]
        found += chain.from_iterable([STOP] if part in _FINAL and part else words(part) for part in parts)
        found.append(TURN)
    return found
