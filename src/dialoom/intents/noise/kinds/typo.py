"""Slips of the finger: a neighbouring key, a letter left out, doubled, or two the wrong way round."""

from __future__ import annotations

from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, words_of

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHORTEST = 4
# Common slips, by which real lines are measured: a spelling checker would take every name for one.
_SLIPS = frozenset(
    [
        "teh",
        "adn",
        "waht",
        "whta",
        "taht",
        "thier",
        "recieve",
        "definately",
        "seperate",
        "untill",
        "tommorow",
        "tommorrow",
        "tomorow",
        "wich",
        "becuase",
        "beacuse",
        "freind",
        "calender",
        "accomodate",
        "restaraunt",
        "resturant",
        "occured",
        "adress",
        "acount",
        "reccomend",
        "recomend",
        "alot",
        "cancle",
        "reciept",
        "shcedule",
        "scedule",
        "avaliable",
        "availible",
        "bussiness",
        "truely",
        "writting",
        "goign",
        "jsut",
        "liek",
        "hwo",
        "yuo",
        "hte",
        "wnat",
        "nede",
        "plese",
        "pleae",
        "balence",
        "ballance",
        "alumb",
        "retreive",
        "recived",
    ]
)


def _neighbours(letter: str) -> str:
    for number, row in enumerate(_ROWS):
        at = row.find(letter)
        if at >= 0:
            beside = row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
            above = _ROWS[number - 1][at : at + 2] if number else ""
            below = _ROWS[number + 1][max(at - 1, 0) : at + 1] if number + 1 < len(_ROWS) else ""
            return beside + above + below
    return ""


def _slip(word: str, random: Random) -> str:
    """A word with one slip; its first letter, which people rarely miss, stays."""
    at = random.randrange(1, len(word) - 1)
    kind = random.choice(("near", "drop", "double", "swap"))
    if kind == "near" and (near := _neighbours(word[at].lower())):
        return word[:at] + random.choice(near) + word[at + 1 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at] + word[at:]


def _make(line: Line, random: Random) -> Line:
    fit = [word for word in words_of(line) if not word.held and len(word.text) >= _SHORTEST and word.text.isalpha()]
    if not fit:
        return line
    word = random.choice(fit)
    return apply(line, [Edit(word.start, word.end, _slip(word.text, random))], "typo")


def _found(text: str) -> bool:
    return not _SLIPS.isdisjoint(text.lower().split())


NOISE = Noise("a slip of the finger by the keys' neighbourhood", _make, _found)
