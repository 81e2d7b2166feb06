"""Chat messages out of turns, as OpenAI and Hugging Face write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.rounds import result_text, rounds_of
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

Message = dict[str, Any]

_ROLES = {role: role for role in ("system", "developer", "user", "assistant", "tool")} | {
    "human": "user",
    "prompter": "user",
}


def roles_of(dialogue: Dialogue) -> dict[str, str]:
    """The role of each speaker.

    A speaker that is called after a role has it. Of the others the first becomes `user` and the second `assistant` (or
    the one of these that is still free), and all further ones `user`. Raises DataError where nobody is the assistant.
    """
    roles = roles_among(dialogue.speakers())
    if "assistant" not in roles.values():
        raise DataError(
            f"dialogue '{dialogue.id}' has no second speaker to be the assistant",
            place=Place(field="turns.speaker"),
            remedy="leave such records out, for instance with the condition len(speakers) > 1",
        )
    return roles


def roles_among(speakers: Sequence[str], assistant: str | None = None) -> dict[str, str]:
    """The role of each speaker; `assistant` is the name of the one who is the assistant, where that is known."""
    roles = {speaker: _ROLES[speaker.casefold()] for speaker in speakers if speaker.casefold() in _ROLES}
    if assistant is not None:
        roles.setdefault(assistant, "assistant")
    free = [role for role in ("user", "assistant") if role not in roles.values()]
    for speaker in speakers:
        if speaker not in roles:
            roles[speaker] = free.pop(0) if free else "user"
    return roles


def messages_of(turns: Sequence[Turn], roles: dict[str, str], *, objects: bool = False) -> list[Message]:
    """The messages of turns.

    The arguments of tool calls are JSON text, as OpenAI has them, or with `objects` objects, as chat templates of
    transformers and TRL want them; results then name their tool, too.

    Turns of one role that follow each other are one message, a line each, since chat templates want the roles to take
    turns. Where several speakers are `user`, their names stand before what they say.
    """
    users = [speaker for speaker, role in roles.items() if role == "user"]
    messages: list[Message] = []
    for turn in turns:
        role = roles[turn.speaker]
        text = f"{turn.speaker}: {turn.text}" if role == "user" and len(users) > 1 else turn.text
        last = messages[-1] if messages else None
        if turn.tool_calls:
            messages += _calling(turn, role, text, start=len(messages), objects=objects)
        elif last and last["role"] == role != "tool" and "tool_calls" not in last:
            last["content"] += f"\n{text}"
        else:
            messages.append({"role": role, "content": text})
    return messages


def tools_of(dialogue: Dialogue) -> dict[str, Any]:
    """The tools that the assistant has, as a column, where the record has a field `tools`."""
    return {"tools": dialogue.fields["tools"]} if dialogue.fields.get("tools") else {}


def _calling(turn: Turn, role: str, text: str, *, start: int, objects: bool) -> list[Message]:
    """The messages of a turn with tool calls: the calls of each round, their results, and then, where all are known,
    the utterance."""
    answered = all(call.result is not None for call in turn.tool_calls)
    messages: list[Message] = []
    number = 0
    for one in rounds_of(turn):
        calls, results = [], []
        for call in one.calls:
            id = call.id or f"call_{start}_{number}"
            number += 1
            arguments: Any = call.arguments if objects else to_json(call.arguments).decode()
            calls.append({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
            if call.result is not None:
                named = {"name": call.name} if objects else {}
                results.append({"role": "tool", "tool_call_id": id, **named, "content": result_text(call.result)})
        messages += [{"role": role, "content": one.text, "tool_calls": calls}, *results]
    if text and answered:
        messages.append({"role": role, "content": text})
    elif text:
        # It stands with the calls that nobody has answered yet.
        messages[0]["content"] = "\n".join(filter(None, [messages[0]["content"], text]))
    return messages
