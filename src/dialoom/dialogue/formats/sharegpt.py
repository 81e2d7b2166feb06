"""ShareGPT rows: `{"conversations": [{"from": "human", "value": ...}, {"from": "gpt", "value": ...}]}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat import turns_of_messages
from dialoom.dialogue.formats._chat_of import Message, messages_of, roles_of, tools_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, parse_json, read_each, wrong_type
from dialoom.dialogue.lineage import Lineage
from dialoom.errors import DataError, nearest

_ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "observation": "tool",
    "function_response": "tool",
}
_NAMES = {"user": "human", "assistant": "gpt", "developer": "system", "tool": "observation"}
_CALL = "function_call"


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The system's text is a turn, wherever the row has it; `tools` and further columns stay in `fields`.

    Calls (`function_call`) and their results (`observation`) are the tool calls of the assistant's turn.
    """
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, number: int) -> Dialogue:
    messages = _messages(row)
    system = row.optional("system")
    if system is not None:
        messages.insert(0, {"role": "system", "content": system})
    more = row.rest("id", "conversations", "system")
    if isinstance(more.get("tools"), str) and more["tools"]:
        more["tools"] = _parsed(more["tools"])
    return Dialogue(
        id=row.optional("id") or f"{row.path.name}:{number}",
        turns=turns_of_messages(Row(row.path, row.line, {"conversations": messages}, row.within), "conversations"),
        fields=more,
        lineage=Lineage(provenance="real", source=f"{row.path.name} (sharegpt)"),
    )


def _messages(row: Row) -> list[Message]:
    if "conversations" not in row.values:
        raise row.missing("conversations")
    entries = row.values["conversations"]
    if not isinstance(entries, list):
        raise wrong_type(row.place("conversations"), "a list of objects with from and value", entries)
    messages: list[Message] = []
    open_calls: list[str] = []
    for index, entry in enumerate(entries):
        field = f"conversations[{index}]"
        if not isinstance(entry, dict):
            raise wrong_type(row.place(field), "an object with from and value", entry)
        for name in ("from", "value"):
            if not isinstance(entry.get(name), str):
                if name in entry:
                    raise wrong_type(row.place(f"{field}.{name}"), "text", entry[name])
                raise DataError(
                    f"the entry has no '{name}'",
                    place=row.place(f"{field}.{name}"),
                    remedy=nearest(name, tuple(entry)) or "write from and value",
                )
        more = {name: value for name, value in entry.items() if name not in ("from", "value")}
        role = _ROLES.get(entry["from"].casefold(), entry["from"])
        if role == _CALL:
            calls = _calls(row, f"{field}.value", entry["value"], start=index)
            open_calls = [call["id"] for call in calls]
            messages.append(more | {"role": "assistant", "content": "", "tool_calls": calls})
        elif role == "tool" and open_calls:
            results = _results(entry["value"], len(open_calls))
            messages += [
                {"role": "tool", "tool_call_id": id, "content": result}
                for id, result in zip(open_calls, results, strict=False)
            ]
            open_calls = []
        else:
            messages.append(more | {"role": role, "content": entry["value"]})
    return messages


def _calls(row: Row, field: str, value: str, *, start: int) -> list[Message]:
    calls = parse_json(value, row.place(field))
    calls = calls if isinstance(calls, list) else [calls]
    for call in calls:
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            raise wrong_type(row.place(field), "a call: JSON with name and arguments", call)
    return [{"id": f"call_{start}_{index}", "function": call} for index, call in enumerate(calls)]


def _results(value: str, calls: int) -> list[str]:
    """One observation may hold the results of several calls, as a JSON list."""
    found = _parsed(value) if calls > 1 else None
    if isinstance(found, list) and len(found) == calls:
        return [each if isinstance(each, str) else to_json(each).decode() for each in found]
    return [value]


def _parsed(text: str) -> Any:
    try:
        return from_json(text)
    except ValueError:
        return text


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """What `messages` writes, under ShareGPT's names; `tools` is JSON text.

    Calls are `function_call` entries, their results one `observation` each.
    """
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    results: list[str] = []
    messages = messages_of(dialogue.turns, roles_of(dialogue))
    for message, after in zip(messages, [*messages[1:], None], strict=True):
        role, text = message["role"], message["content"]
        if role == "tool" and "tool_call_id" in message:
            results.append(text)
            if after is None or "tool_call_id" not in after:
                value = results[0] if len(results) == 1 else to_json(results).decode()
                entries.append({"from": "observation", "value": value})
                results = []
        elif "tool_calls" in message:
            if text:
                entries.append({"from": _NAMES.get(role, role), "value": text})
            calls = [
                {"name": call["function"]["name"], "arguments": from_json(call["function"]["arguments"])}
                for call in message["tool_calls"]
            ]
            entries.append({"from": _CALL, "value": to_json(calls[0] if len(calls) == 1 else calls).decode()})
        else:
            entries.append({"from": _NAMES.get(role, role), "value": text})
    tools = tools_of(dialogue)
    if tools and not isinstance(tools["tools"], str):
        tools = {"tools": to_json(tools["tools"]).decode()}
    return {"id": dialogue.id, "conversations": entries, **tools}


def _suggests(row: dict[str, object]) -> bool:
    return "conversations" in row


FORMAT = Format(
    name="sharegpt",
    about="ShareGPT rows: conversations with from (human, gpt ...) and value",
    read=_read,
    write=_write,
    suggests=_suggests,
)
