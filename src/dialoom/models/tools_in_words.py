"""Tools for a server that takes none: they are told in words, and a call is an answer in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from dialoom.models.chat import AskedCall, ChatAnswer, ChatRequest, Message
from dialoom.models.structured import Misfit, parse_json

CHOICES = ("auto", "required", "none")

_CALL = {
    "type": "object",
    "properties": {"tool": {"type": "string"}, "arguments": {"type": "object"}},
    "required": ["tool", "arguments"],
}
_ANSWER = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
_FORM = {"anyOf": [_CALL, _ANSWER]}


def native_choice(choice: str) -> Any:
    """`tool_choice` as OpenAI takes it."""
    return choice if choice in CHOICES else {"type": "function", "function": {"name": choice}}


def in_words(request: ChatRequest) -> ChatRequest:
    """The same question without tools: what they are stands in the system message, and the schema of the answer allows
    a call, `{"tool": ..., "arguments": ...}`, or `{"answer": ...}`, as `tool_choice` has it.

    Earlier calls become the assistant's answers in that form, and their results what the user says.
    """
    return replace(
        request,
        messages=_plain([*_told(request), *_after_system(request.messages)]),
        schema=_schema(request.tools, request.tool_choice),
        grammar=None,
        tools=(),
    )


def calls_in(answer: ChatAnswer) -> tuple[tuple[AskedCall, ...], str]:
    """The calls that an answer asks for, and what it says beside them.

    Raises Misfit where it was meant as a call but cannot be read.
    """
    if answer.tool_calls:
        return answer.tool_calls, answer.text.strip()
    text = answer.text.strip()
    if not text.startswith(("{", "```")) and '"tool"' not in text:
        return (), text
    try:
        said = parse_json(text, _FORM)
    except Misfit:
        if '"tool"' in text or '"answer"' in text:
            raise
        # It speaks of something that begins with a brace.
        return (), text
    if "tool" in said:
        return (AskedCall(said["tool"], orjson.dumps(said["arguments"]).decode()),), ""
    return (), str(said["answer"]).strip()


def _told(request: ChatRequest) -> list[Message]:
    """The system message with the tools in it."""
    before = request.messages[0]["content"] + "\n\n" if _has_system(request.messages) else ""
    tools = "\n".join(orjson.dumps(tool["function"]).decode() for tool in request.tools)
    form = (
        'To call a tool, answer with {"tool": NAME, "arguments": {...}}. '
        'To say something to the user, answer with {"answer": TEXT}.'
    )
    return [{"role": "system", "content": f"{before}The tools:\n{tools}\n{form}"}]


def _has_system(messages: Sequence[Message]) -> bool:
    return bool(messages) and messages[0]["role"] == "system"


def _after_system(messages: Sequence[Message]) -> Sequence[Message]:
    return messages[1:] if _has_system(messages) else messages


def _plain(messages: Sequence[Message]) -> list[Message]:
    plain: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for message in messages:
        calls = message.get("tool_calls") or ()
        names |= {call["id"]: call["function"]["name"] for call in calls}
        role = message["role"]
        if role == "tool":
            role, content = "user", f"{names.get(message['tool_call_id'], 'The tool')} answers: {message['content']}"
        elif role == "assistant":
            content = "\n".join(_call_in_words(call["function"]) for call in calls) or _dumped(
                {"answer": message["content"]}
            )
        else:
            content = message["content"]
        if plain and plain[-1]["role"] == role:
            # The results of several calls; templates want the roles to take turns.
            plain[-1]["content"] += f"\n{content}"
        else:
            plain.append({"role": role, "content": content})
    return list(plain)


def _call_in_words(function: Mapping[str, Any]) -> str:
    return _dumped({"tool": function["name"], "arguments": orjson.loads(function["arguments"])})


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()


def _schema(tools: Sequence[Mapping[str, Any]], choice: str) -> dict[str, Any]:
    answer = _closed({"answer": {"type": "string", "minLength": 1}})
    defs: dict[str, Any] = {}
    calls = []
    for tool in tools:
        function = tool["function"]
        if choice in CHOICES or function["name"] == choice:
            calls.append(_closed({"tool": {"const": function["name"]}, "arguments": _moved(function, defs)}))
    allowed = [answer] if choice == "none" else [answer, *calls] if choice == "auto" else calls
    schema = allowed[0] if len(allowed) == 1 else {"anyOf": allowed}
    return schema | ({"$defs": defs} if defs else {})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _moved(function: Mapping[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """The schema of a tool's arguments, with the definitions that it refers to under names of the tool's own."""
    parameters = dict(function["parameters"])
    own = parameters.pop("$defs", {})
    defs |= {f"{function['name']}.{name}": _renamed(part, function["name"]) for name, part in own.items()}
    moved: dict[str, Any] = _renamed(parameters, function["name"])
    return moved


def _renamed(value: Any, tool: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: item.replace("#/$defs/", f"#/$defs/{tool}.", 1)
            if key == "$ref" and isinstance(item, str)
            else _renamed(item, tool)
            for key, item in value.items()
        }
    return [_renamed(item, tool) for item in value] if isinstance(value, list) else value
