"""Whether someone speaks the other one's lines."""

from __future__ import annotations

import re

from dialoom.dialogue import Dialogue
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_NAME = r"(?:Mr\.? |Mrs\.? |Ms\.? |Miss |Dr\.? )?([A-Z][a-z]+)"
_AFTER = r"\b(?=\s*[.,!?;:]|$| speaking| from| here)"
_HINTS = frozenset(("name", "call", "hi", "hello"))
_OWN = re.compile(rf"\b(?:[Mm]y name(?:'s|’s| is)|(?:[Yy]ou can|[Jj]ust|[Pp]lease) call me) {_NAME}{_AFTER}")
_GREETS = re.compile(rf"\W*(?:[Hh]i|[Hh]ello)\b[^.!?]{{0,12}}[,.!] (?:I'm|I’m|I am|[Tt]his is) {_NAME}{_AFTER}")
_ADDRESSED = re.compile(
    rf"(?:^|[.!?,] )(?:[Hh]i|[Hh]ello|[Hh]ey|[Tt]hanks|[Tt]hank you|[Gg]oodbye|[Bb]ye|[Gg]ood "
    rf"(?:morning|afternoon|evening)"
    rf"|[Ss]orry|[Oo]h|[Ww]elcome),? {_NAME}\b(?=\s*[.,!?])|, {_NAME}\s*[.!?]"
)


def swapped_speakers(batch: Batch) -> list[bool]:
    """Whether a speaker, by the names in the talk, calls themself by name, or introduces themself as someone else.

    A speaker's name is what they introduce themself by, and their label where that is a name that is said. A swap
    without names, or of everything a speaker says in a talk without introductions, cannot be seen in the text.
    """
    texts = list(batch.split(batch.texts))
    introduced = {one for one in batch.held(_HINTS) if any(map(_introduced, texts[one]))}
    label_of = {name: _label(name) for name in set().union(*batch.speakers)}
    return [
        _swapped(dialogue, {name: label_of[name] for name in set(names)}, text, introduced=one in introduced)
        for one, (dialogue, names, text) in enumerate(zip(batch.dialogues, batch.speakers, batch.joined, strict=True))
    ]


def _label(name: str) -> str | None:
    """The first name that a speaker's label gives, if it does."""
    first = name.split(" ")[0]
    return first if first.istitle() and first.isalpha() and len(first) > 1 else None


def _swapped(dialogue: Dialogue, speakers: dict[str, str | None], text: str, *, introduced: bool) -> bool:
    labels = {name: part for name, part in speakers.items() if part is not None}
    said = {name for name in labels.values() if name in text}
    if len(speakers) < 2 or not (said or introduced):
        return False
    own: dict[str, set[str]] = {name: {part} for name, part in labels.items() if part in said}
    addressed: dict[str, set[str]] = {}
    for turn in dialogue.turns:
        names = set(_introduced(turn.text))
        if names & said - own.get(turn.speaker, set()):
            return True
        own.setdefault(turn.speaker, set()).update(names)
        for found in _ADDRESSED.finditer(turn.text):
            addressed.setdefault(turn.speaker, set()).add(found[1] or found[2])
    return any(own.get(speaker, set()) & names for speaker, names in addressed.items())


def _introduced(text: str) -> list[str]:
    """The names by which a speaker introduces themself."""
    greeted = _GREETS.match(text)
    named = _OWN.findall(text) if " name" in text or "call me" in text else []
    return [*named, greeted[1]] if greeted else named


METRIC = Metric(
    "swapped_speakers",
    "a speaker calls themself by name, or introduces themself as the other",
    "bool",
    OfBatch(swapped_speakers),
)
