"""Turns out of chat messages as OpenAI and Hugging Face write them."""

from __future__ import annotations

from typing import Any

from dialoom.dialogue.formats._rows import Row, parse_json, wrong_type
from dialoom.dialogue.rounds import ROUNDS, result_of
from dialoom.dialogue.turn import ToolCall, Turn
from dialoom.errors import DataError, nearest


def turns_of_messages(row: Row, name: str = "messages") -> list[Turn]:
    """The turns of a row's field `messages`, or of the one of another name.

    A `tool` message becomes the result of the call it answers, JSON objects and lists in it parsed. What the assistant
    says or calls after its calls were answered belongs to the turn that called (see `dialogue/rounds.py`). Keys of a
    message that have no place in a turn stay in its `meta`. Raises DataError.
    """
    if name not in row.values:
        raise row.missing(name)
    messages = row.values[name]
    if not isinstance(messages, list):
        raise wrong_type(row.place(name), "a list of messages", messages)
    if not messages:
        raise DataError(
            "the list of messages is empty",
            place=row.place(name),
            remedy="write at least one message with role and content, or leave the row out",
        )
    turns: list[Turn] = []
    waiting: dict[str, ToolCall] = {}
    for index, message in enumerate(messages):
        field = f"{name}[{index}]"
        if not isinstance(message, dict):
            raise wrong_type(row.place(field), "an object with role and content", message)
        turn = _turn(row, field, message)
        answered = waiting.pop(str(message.get("tool_call_id")), None) if turn.speaker == "tool" else None
        if answered is not None:
            answered.result = result_of(turn.text)
        elif turns and _goes_on(turns[-1], turn.speaker):
            _join(turns[-1], turn)
        else:
            if turn.tool_calls:
                _open_round(turn, turn)
            turns.append(turn)
        waiting |= {call.id: call for call in turn.tool_calls if call.id is not None}
    for turn in turns:
        _close_rounds(turn)
    return turns


def _open_round(turn: Turn, said: Turn) -> None:
    """Note calls, and what was said with them, as a round of a turn, which has said nothing at last yet."""
    text, turn.text = said.text, "" if said is turn else turn.text
    turn.meta.setdefault(ROUNDS, []).append({"calls": len(said.tool_calls), **({"text": text} if text else {})})


def _join(turn: Turn, more: Turn) -> None:
    """Let a turn whose calls were answered go on."""
    turn.meta |= more.meta
    if more.tool_calls:
        _open_round(turn, more)
        turn.tool_calls += more.tool_calls
    else:
        turn.text = more.text


def _close_rounds(turn: Turn) -> None:
    """Tell the rounds of a turn only where they say more than the turn does without."""
    rounds = turn.meta.get(ROUNDS)
    if not turn.tool_calls or not isinstance(rounds, list) or len(rounds) > 1:
        return
    if "text" not in rounds[0]:
        del turn.meta[ROUNDS]
    elif not turn.text and any(call.result is None for call in turn.tool_calls):
        # It calls and nobody has answered: that is all it says.
        turn.text = rounds[0]["text"]
        del turn.meta[ROUNDS]


def _goes_on(turn: Turn, speaker: str) -> bool:
    answered = bool(turn.tool_calls) and all(call.result is not None for call in turn.tool_calls)
    return answered and turn.speaker == speaker and not turn.text


def _turn(row: Row, field: str, message: dict[str, Any]) -> Turn:
    role = message.get("role")
    if role is None:
        raise DataError(
            "the message has no role",
            place=row.place(f"{field}.role"),
            remedy=nearest("role", tuple(message)) or "write role and content",
        )
    if not isinstance(role, str):
        raise wrong_type(row.place(f"{field}.role"), "text", role)
    if "content" not in message and "tool_calls" not in message:
        raise DataError(
            "the message has no content",
            place=row.place(f"{field}.content"),
            remedy=nearest("content", tuple(message)),
        )
    called = message.get("tool_calls") or []
    if not isinstance(called, list):
        raise wrong_type(row.place(f"{field}.tool_calls"), "a list of calls", called)
    return Turn(
        speaker=role,
        text=_content(row, f"{field}.content", message.get("content")),
        tool_calls=[_call(row, f"{field}.tool_calls[{index}]", call) for index, call in enumerate(called)],
        meta={
            name: value
            for name, value in message.items()
            if name not in ("role", "content", "tool_calls") and not (role == "tool" and name == "tool_call_id")
        },
    )


def _content(row: Row, field: str, content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise wrong_type(row.place(field), "text", content)
    texts = [part.get("text") if isinstance(part, dict) else None for part in content]
    if not all(isinstance(text, str) for text in texts):
        raise DataError(
            "a part of the content is not text",
            place=row.place(field),
            remedy="dialogues are text; leave out rows with images or audio",
        )
    return "\n".join(str(text) for text in texts)


def _call(row: Row, field: str, call: object) -> ToolCall:
    function = call.get("function", call) if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise wrong_type(row.place(field), "an object with a function's name and arguments", call)
    arguments = function.get("arguments") or {}
    if isinstance(arguments, str):
        arguments = parse_json(arguments, row.place(f"{field}.function.arguments"))
    if not isinstance(arguments, dict):
        raise wrong_type(row.place(f"{field}.function.arguments"), "an object", arguments)
    id = call.get("id")
    if id is not None and not isinstance(id, str):
        raise wrong_type(row.place(f"{field}.id"), "text", id)
    return ToolCall(name=function["name"], arguments=arguments, id=id)
