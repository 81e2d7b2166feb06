"""Prompts and what follows them, as TRL's rows hold them: lists of messages, or plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat import turns_of_messages
from dialoom.dialogue.formats._chat_of import messages_of, roles_of
from dialoom.dialogue.formats._rows import Row, wrong_type
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

_ANSWERING = ("assistant", "tool")
PROMPT_TURNS = "prompt_turns"
"""The field of a dialogue that says how many of its turns are the prompt, where not all but the last answer are."""


PLAIN_TEXT = "plain_text"
"""The field of a dialogue that was plain text with a completion, and is written as such."""


@dataclass(frozen=True, slots=True)
class Side:
    """The turns of a column, and whether it was plain text."""

    turns: list[Turn]
    text: bool


def side(row: Row, name: str, speaker: str) -> Side:
    """The turns of the column `name`; plain text is one turn of `speaker`. Raises DataError."""
    value = row.values.get(name)
    if name not in row.values:
        raise row.missing(name)
    if isinstance(value, str):
        return Side([Turn(speaker=speaker, text=value)], True)
    if not isinstance(value, list):
        raise wrong_type(row.place(name), "a list of messages, or text", value)
    turns = turns_of_messages(row, name)
    if not turns:
        raise DataError("there are no messages", place=row.place(name), remedy="leave such rows out")
    return Side(turns, False)


def as_text(turns: Sequence[Turn]) -> str:
    return "".join(turn.text for turn in turns)


def split_of(dialogue: Dialogue) -> dict[str, Any]:
    """The columns `prompt` and `completion`: the assistant's last answer with the calls it rests on, and all before.

    A record's field `prompt_turns` may part them elsewhere. Turns after the last answer have no place. Raises DataError
    where nobody is the assistant, or nothing comes before the answer.
    """
    count = dialogue.fields.get(PROMPT_TURNS)
    told = isinstance(count, int) and not isinstance(count, bool) and 0 < count < len(dialogue.turns)
    if told and dialogue.fields.get(PLAIN_TEXT):
        return {"prompt": as_text(dialogue.turns[:count]), "completion": as_text(dialogue.turns[count:])}
    roles = roles_of(dialogue)
    if told:
        prompt = messages_of(dialogue.turns[:count], roles, objects=True)
        completion = messages_of(dialogue.turns[count:], roles, objects=True)
    else:
        messages = messages_of(dialogue.turns, roles, objects=True)
        while messages[-1]["role"] not in _ANSWERING:
            messages.pop()
        start = _start([message["role"] for message in messages])
        prompt, completion = messages[:start], messages[start:]
    if not prompt:
        raise DataError(
            f"nothing comes before the only answer in dialogue '{dialogue.id}'",
            place=Place(field="turns"),
            remedy="write it as messages, or leave such records out",
        )
    return {"prompt": prompt, "completion": completion}


def dialogue_of_split(row: Row, number: int, form: str) -> Dialogue:
    """The dialogue of a row with `prompt` and `completion`; further columns go to its fields."""
    prompt, completion = side(row, "prompt", "user"), side(row, "completion", "assistant")
    turns = prompt.turns + completion.turns
    text = prompt.text and completion.text
    split = (
        {}
        if _start([turn.speaker for turn in turns]) == len(prompt.turns) and not text
        else {PROMPT_TURNS: len(prompt.turns)}
    )
    return Dialogue(
        id=row.optional("id") or f"{row.path.name}:{number}",
        turns=turns,
        fields=row.rest("id", "prompt", "completion") | split | ({PLAIN_TEXT: True} if text else {}),
        lineage=Lineage(provenance="real", source=f"{row.path.name} ({form})"),
    )


def _start(roles: Sequence[str]) -> int:
    """Where the answer at the end begins."""
    start = len(roles)
    while start and roles[start - 1] in _ANSWERING:
        start -= 1
    return start
