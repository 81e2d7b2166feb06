"""Alpaca rows (Taori et al. 2023): instruction, input, output; with the system's text and the earlier exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import messages_of, roles_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, read_each, wrong_type
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

_KNOWN = ("id", "instruction", "input", "output", "system", "history")
_INPUT = "input"


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """`input` is the end of the user's turn, after a line end, and stays in its `meta` too."""
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, number: int) -> Dialogue:
    for name in ("instruction", "output"):
        if name not in row.values:
            raise row.missing(name)
        row.first(name)
    given = row.optional("input")
    instruction = row.first("instruction")
    asked = Turn(speaker="user", text=instruction if given is None else f"{instruction}\n{given}")
    if given is not None:
        asked.meta[_INPUT] = given
    system = row.optional("system")
    told = [] if system is None else [Turn(speaker="system", text=system)]
    answer = Turn(speaker="assistant", text=row.first("output"))
    return Dialogue(
        id=row.optional("id") or f"{row.path.name}:{number}",
        turns=[*told, *_history(row), *([asked] if asked.text else []), answer],
        fields=row.rest(*_KNOWN),
        lineage=Lineage(provenance="real", source=f"{row.path.name} (alpaca)"),
    )


def _history(row: Row) -> Iterator[Turn]:
    history = row.values.get("history") or []
    if not isinstance(history, list):
        raise wrong_type(row.place("history"), "a list of pairs of texts", history)
    for index, pair in enumerate(history):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            raise DataError(
                "expected two texts, what was asked and what was answered",
                place=row.place(f"history[{index}]"),
                remedy='write ["question", "answer"]',
            )
        if pair[0]:
            yield Turn(speaker="user", text=pair[0])
        yield Turn(speaker="assistant", text=pair[1])


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """A row a dialogue: its last answer is the output, what was asked before it the instruction, the rest the history.

    Roles are those of `messages`. Turns after the last answer have no place. Where the assistant speaks first, the
    instruction before it is empty. Raises DataError for a dialogue with tool calls.
    """
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    messages = messages_of(dialogue.turns, roles_of(dialogue))
    system = ""
    if messages and messages[0]["role"] in ("system", "developer"):
        system = messages.pop(0)["content"]
    exchanges: list[list[str]] = []
    asked = ""
    for message in messages:
        if message["role"] not in ("user", "assistant") or "tool_calls" in message:
            raise DataError(
                f"dialogue '{dialogue.id}' has tool calls or a later system turn, and Alpaca has no field for them",
                place=Place(field="turns"),
                remedy="write it as messages or sharegpt, or leave such records out",
            )
        if message["role"] == "user":
            asked = message["content"]
        else:
            exchanges.append([asked, message["content"]])
            asked = ""
    instruction, output = exchanges.pop()
    given = _given(dialogue, instruction)
    if given:
        instruction = instruction.removesuffix(f"\n{given}")
    row = {"id": dialogue.id, "instruction": instruction, "input": given, "output": output}
    return row | {"system": system, "history": exchanges}


def _given(dialogue: Dialogue, instruction: str) -> str:
    """What was the input where the dialogue was read from such a row."""
    for turn in reversed(dialogue.turns):
        given = turn.meta.get(_INPUT)
        if isinstance(given, str) and given and turn.text == instruction and instruction.endswith(f"\n{given}"):
            return given
    return ""


def _suggests(row: dict[str, object]) -> bool:
    return "instruction" in row and "output" in row


FORMAT = Format(
    name="alpaca",
    about="Alpaca rows: instruction, input, output, system, history",
    read=_read,
    write=_write,
    suggests=_suggests,
)
