"""Names of people: telling one from a role, and one person's names from another's."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = "NAME"

_ROLE = re.compile(
    "user|assistant|system|developer|tool|function|human|bot|chatbot|agent|advisor|customer|client|caller|operator|"
    "support|representative|rep|person|speaker|participant|action|staff|clerk|receptionist|doctor|patient|teacher|student|"
    "interviewer|interviewee|seller|buyer|man|woman|boy|girl|guest|host|waiter|waitress|unknown",
    re.IGNORECASE,
)
_GIVEN = (
    *("Alex", "Robin", "Sam", "Kim", "Charlie", "Taylor", "Jordan", "Morgan", "Casey", "Jamie", "Riley", "Quinn"),
    *("Avery", "Parker", "Rowan", "Sasha", "Drew", "Noel", "Ariel", "Frankie", "Jules", "Marlow", "Ellis", "Reese"),
)


def is_name(speaker: str) -> bool:
    """Whether a speaker is called by a name: no role, number, letter or placeholder."""
    parts = re.findall(r"[^\W\d_]+", speaker)
    return (
        bool(parts)
        and speaker[0].isalpha()
        and not any(map(_ROLE.fullmatch, parts))
        and max(map(len, parts)) > 1
        and parts[0][0].isupper()
    )


def same_person(one: str, other: str) -> bool:
    """Whether two names may be one person's: all words of the shorter stand in the longer."""
    first, second = (set(re.findall(r"\w+", name.casefold())) for name in (one, other))
    return bool(first and second) and (first <= second or second <= first)


def surrogate_name(number: int) -> str:
    """A name that fits anyone; after the last one they are numbered."""
    again, place = divmod(number - 1, len(_GIVEN))
    return _GIVEN[place] + (f" {again + 1}" if again else "")
