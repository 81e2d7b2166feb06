"""What is compared: dialogues, each as the few things that signals look at."""

from __future__ import annotations

from dataclasses import dataclass

from dialoom.dialogue import Dialogue
from dialoom.dialogue.words import words
from dialoom.intents.utterances import Utterance, utterances_of


@dataclass(frozen=True, slots=True)
class Unit:
    """A dialogue; an utterance alone is one of a single turn.

    Attributes:
        text: all that was said, a turn a line.
        intent: the first intent that a user has in it; empty for none.
        speakers: who said each turn.
        lengths: words of each turn.
        acts: of all turns.
        first: the utterance that has the intent, else the first turn.
    """

    text: str
    intent: str
    speakers: tuple[str, ...]
    lengths: tuple[int, ...]
    acts: tuple[str, ...]
    first: Utterance


def unit_of(dialogue: Dialogue) -> Unit | None:
    """The unit of a dialogue; None for one in which nothing is said."""
    turns = [turn for turn in dialogue.turns if turn.text.strip()]
    if not turns:
        return None
    said = next(utterances_of(dialogue), None)
    return Unit(
        text="\n".join(turn.text for turn in turns),
        intent=said.intent if said else "",
        speakers=tuple(turn.speaker for turn in turns),
        lengths=tuple(len(words(turn.text)) for turn in turns),
        acts=tuple(act for turn in turns for act in turn.acts),
        first=said or Utterance(turns[0].text, ""),
    )
