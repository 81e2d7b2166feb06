"""Short forms: `pls`, `acct`, `ppl`; and contractions without their apostrophe."""

from __future__ import annotations

from random import Random

from dialoom.intents.line import Line
from dialoom.intents.noise._kind import Noise
from dialoom.intents.noise.edit import Edit, apply, words_of

_SHORT = {
    "please": "pls",
    "thanks": "thx",
    "you": "u",
    "your": "ur",
    "are": "r",
    "because": "bc",
    "account": "acct",
    "people": "ppl",
    "tomorrow": "tmrw",
    "tonight": "tonite",
    "message": "msg",
    "number": "no.",
    "information": "info",
    "appointment": "appt",
    "minutes": "mins",
    "hours": "hrs",
    "and": "&",
    "with": "w/",
    "without": "w/o",
    "about": "abt",
    "before": "b4",
    "going": "goin",
    "don't": "dont",
    "can't": "cant",
    "what's": "whats",
    "i'm": "im",
    "i'd": "id",
    "it's": "its",
    "didn't": "didnt",
}
_SEEN = frozenset(_SHORT.values()) - {"id", "its", "r", "&", "no."}


def _make(line: Line, random: Random) -> Line:
    fit = [word for word in words_of(line) if not word.held and word.text.lower() in _SHORT]
    if not fit:
        return line
    word = random.choice(fit)
    return apply(line, [Edit(word.start, word.end, _SHORT[word.text.lower()])], "abbreviation")


NOISE = Noise("a short form", _make, lambda text: not _SEEN.isdisjoint(text.lower().split()))
