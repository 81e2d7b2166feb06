"""Utterances gathered for a format whose file is one whole: by intent, with what the format refuses left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._utterance import Conflicts, Utterance, utterances_of
from dialoom.dialogue.formats._written import LeftOut, Written

Refusal = Callable[[Utterance], str | None]
"""Why a format cannot hold an utterance; None where it can."""


@dataclass(slots=True)
class Labelled:
    """The utterances of dialogues.

    Attributes:
        utterances: in the order they came.
        left: what is left out, and why.
        kept: what the format keeps beside utterances and an earlier reading put into the field of its name.
    """

    utterances: list[Utterance] = field(default_factory=list)
    left: LeftOut = field(default_factory=lambda: LeftOut("utterances"))
    kept: list[dict[str, Any]] = field(default_factory=list)

    def by_intent(self) -> dict[str, list[Utterance]]:
        found: dict[str, list[Utterance]] = {}
        for utterance in self.utterances:
            found.setdefault(utterance.intent, []).append(utterance)
        return found

    def written(self, path: Path) -> Written:
        return self.left.written(len(self.utterances), path)


def labelled(dialogues: Iterable[Dialogue], form: str, refuse: Refusal) -> Labelled:
    """The utterances that the format `form` can hold; they are held in memory, as the tools hold them too.

    An utterance is written whole or not at all: without one of its slots it would teach that there is none.
    """
    found = Labelled()
    conflicts = Conflicts(found.left)
    for dialogue in dialogues:
        kept = dialogue.fields.get(form)
        if isinstance(kept, dict):
            found.kept.append(kept)
        for utterance in utterances_of(dialogue, found.left):
            if refuse_surrogates(utterance, found.left):
                continue
            if (reason := refuse(utterance)) is not None:
                found.left.add(reason, utterance.name)
                continue
            conflicts.see(utterance)
            found.utterances.append(utterance)
    return found


def refuse_surrogates(utterance: Utterance, left: LeftOut) -> bool:
    """Whether an utterance holds what no file in UTF-8 can, so that it was left out."""
    texts = (utterance.text, utterance.intent, *(part for slot in utterance.slots for part in (slot.name, slot.value)))
    refused = any(map(_lone_surrogate, texts))
    if refused:
        left.add("a lone surrogate, which no file can hold", utterance.name)
    return refused


def _lone_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
