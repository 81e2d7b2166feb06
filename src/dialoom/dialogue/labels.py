"""What the turns of a dialogue are labelled with, as all that reads labelled utterances understands it."""

from __future__ import annotations

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.turn import Turn

_NO_USERS = ("assistant", "system", "developer", "tool")


def intent_of(dialogue: Dialogue, index: int) -> str | None:
    """The intent of a turn; in a dialogue of one turn without one it is that of the record, its field `intent`."""
    intent = dialogue.turns[index].intent
    if not intent and len(dialogue.turns) == 1:
        intent = dialogue.fields.get("intent")
    return intent if isinstance(intent, str) and intent else None


def is_users(turn: Turn) -> bool:
    """Whether a user says it: whoever is no assistant, system or tool."""
    return turn.speaker.casefold() not in _NO_USERS


def turn_name(dialogue: Dialogue, index: int) -> str:
    """The dialogue's id, with `#` and the number of the turn (from 1) where it has several."""
    return f"{dialogue.id}#{index + 1}" if len(dialogue.turns) > 1 else dialogue.id
