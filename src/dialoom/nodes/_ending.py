"""How the end of a talk can be told from its words: farewells, and going round in circles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from dialoom.dialogue import Turn
from dialoom.dialogue.words import words

_FAREWELL = re.compile(r"\b(good ?bye|bye|see you|take care|good night|have a (nice|good|great) \w+)\b", re.IGNORECASE)
# A turn of fewer words, such as "Yes, please", may well be said twice.
_FEWEST = 4
_SAME = 0.85


def says_goodbye(text: str) -> bool:
    """Whether a turn has words of farewell."""
    return bool(_FAREWELL.search(text))


def farewells(taken: Sequence[Turn]) -> bool:
    """Whether the last two turns both say goodbye."""
    return len(taken) > 1 and all(says_goodbye(turn.text) for turn in taken[-2:])


def goes_in_circles(taken: Sequence[Turn]) -> bool:
    """Whether each of the last two turns says again, almost word for word, what was said in an earlier one."""
    return len(taken) > 3 and all(_said_before(taken[:at], taken[at].text) for at in (len(taken) - 2, len(taken) - 1))


def said_again(text: str, earlier: str) -> bool:
    """Whether a turn of some length is almost word for word an earlier one."""
    one, other = _plain(text), _plain(earlier)
    if min(len(one), len(other)) < _FEWEST:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _SAME and matcher.ratio() >= _SAME


def _said_before(earlier: Sequence[Turn], text: str) -> bool:
    return any(said_again(text, turn.text) for turn in earlier)


def _plain(text: str) -> list[str]:
    return [word.casefold() for word in words(text)]
