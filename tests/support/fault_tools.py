"""Answers to requests with tools: calls that fit, and calls that are wrong in all the ways that models find."""

from __future__ import annotations

import re
from typing import Any

import orjson

from tests.support.fault_schema import instance
from tests.support.fault_words import Draw

_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_WRONG = ("unknown", "no_json", "no_object", "type", "missing", "extra", "beside", "nothing", "despite")


def complaint(body: dict[str, Any]) -> str | None:
    """What is wrong with the tools and calls of a request, as OpenAI would say it; None where nothing is."""
    for tool in body.get("tools") or ():
        function = tool.get("function") or {}
        if tool.get("type") != "function" or not _LEGAL.fullmatch(str(function.get("name"))):
            return "Invalid 'tools': a function has no legal name."
        if function.get("parameters", {}).get("type") != "object":
            return "Invalid 'tools': parameters are no object."
    if "tool_choice" in body and not body.get("tools"):
        return "'tool_choice' is only allowed when 'tools' are specified."
    waiting: set[str] = set()
    for message in body["messages"]:
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in waiting or not isinstance(message.get("content"), str):
                return "A message with role 'tool' answers no preceding 'tool_calls'."
            waiting.discard(message["tool_call_id"])
            continue
        if waiting:
            return f"'tool_call_id's did not have response messages: {sorted(waiting)}."
        for call in message.get("tool_calls") or ():
            if not _LEGAL.fullmatch(call["function"]["name"]) or not isinstance(call["function"]["arguments"], str):
                return "Invalid 'tool_calls'."
            if not isinstance(orjson.loads(call["function"]["arguments"]), dict):
                return "Invalid 'tool_calls': arguments are no object."
            waiting.add(call["id"])
    return f"'tool_call_id's did not have response messages: {sorted(waiting)}." if waiting else None


def message(body: dict[str, Any], digest: bytes, wrong: float) -> dict[str, Any]:
    """The assistant's message; `wrong` is the share of those with a fault."""
    draw = Draw(b"tools" + digest)
    choice = body.get("tool_choice", "auto")
    called = body["messages"][-1].get("role") == "tool"
    fault = _WRONG[draw.below(len(_WRONG))] if draw.fraction() < wrong else None
    talk = choice == "none" or (choice == "auto" and draw.fraction() < (0.6 if called else 0.3))
    if fault == "nothing":
        return {"role": "assistant", "content": ""}
    if talk and fault != "despite":
        return {"role": "assistant", "content": draw.sentence()}
    functions = [tool["function"] for tool in body["tools"]]
    if isinstance(choice, dict):
        functions = [one for one in functions if one["name"] == choice["function"]["name"]]
    count = 2 if fault == "beside" or draw.fraction() < 0.2 else 1
    calls = [_call(functions[draw.below(len(functions))], draw) for _ in range(count)]
    if fault is not None:
        _spoil(calls[-1], functions, fault, draw)
    said = draw.sentence() if draw.fraction() < 0.2 else None
    return {"role": "assistant", "content": said, "tool_calls": calls}


def _call(function: dict[str, Any], draw: Draw) -> dict[str, Any]:
    arguments = orjson.dumps(instance(function["parameters"], draw)).decode()
    return {
        "id": f"call_{draw.below(10**6)}",
        "type": "function",
        "function": {"name": function["name"], "arguments": arguments},
    }


def _spoil(call: dict[str, Any], functions: list[dict[str, Any]], fault: str, draw: Draw) -> None:
    function = call["function"]
    arguments = orjson.loads(function["arguments"])
    names = list(arguments)
    if fault in ("unknown", "beside"):
        function["name"] = "_".join(draw.words(2))
    elif fault == "no_json":
        function["arguments"] = function["arguments"][:-1] + ", oops"
    elif fault == "no_object":
        function["arguments"] = "[1]"
    elif fault == "type" and names:
        function["arguments"] = orjson.dumps(arguments | {names[0]: {"not": "this"}}).decode()
    elif fault == "missing" and names:
        function["arguments"] = orjson.dumps({name: arguments[name] for name in names[1:]}).decode()
    elif fault == "extra":
        function["arguments"] = orjson.dumps(arguments | {"surplus": 1}).decode()
