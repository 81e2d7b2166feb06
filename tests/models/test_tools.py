"""Tools in requests and answers: natively, and in words where a server takes none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dialoom.models import AskedCall, ChatAnswer, ChatRequest
from dialoom.models.chat import read_completion
from dialoom.models.dialect import Dialect
from dialoom.models.structured import Misfit
from dialoom.models.tools_in_words import calls_in, in_words

CITY = {
    "type": "object",
    "properties": {"city": {"$ref": "#/$defs/City"}},
    "required": ["city"],
    "$defs": {"City": {"type": "string"}},
}
DAY = {"type": "object", "properties": {"day": {"$ref": "#/$defs/City"}}, "$defs": {"City": {"type": "integer"}}}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": "d", "parameters": parameters}}
    for name, parameters in (("weather", CITY), ("book", DAY))
]


def completion(message: dict[str, Any]) -> ChatAnswer:
    return read_completion(json.dumps({"choices": [{"message": message}]}).encode(), 0.0)


def request(choice: str = "auto", **fields: Any) -> ChatRequest:
    messages = fields.pop("messages", [{"role": "user", "content": "hi"}])
    return ChatRequest(messages=messages, tools=TOOLS, tool_choice=choice, **fields)


@pytest.mark.parametrize(
    ("calls", "read"),
    [
        (None, ()),
        ("odd", ()),
        ([{"function": {"name": "a", "arguments": '{"b": 1}'}}], (AskedCall("a", '{"b": 1}'),)),
        ([{"function": {"name": "a", "arguments": {"b": 1}}}], (AskedCall("a", '{"b":1}'),)),
        ([{"function": {"name": "a"}}], (AskedCall("a", "{}"),)),
        ([{"function": {"name": 3, "arguments": "{}"}}], (AskedCall("", "{}"),)),
        ([{"id": "x"}, "odd"], (AskedCall("", ""), AskedCall("", ""))),
    ],
)
def test_calls_of_an_answer(calls: Any, read: Any) -> None:
    assert completion({"content": None, "tool_calls": calls}).tool_calls == read


@pytest.mark.parametrize(
    ("text", "calls", "said"),
    [
        ("Hello.", (), "Hello."),
        ('{"answer": "Hello."}', (), "Hello."),
        ('{"tool": "a", "arguments": {"b": 1}}', (AskedCall("a", '{"b":1}'),), ""),
        ('```json\n{"tool": "a", "arguments": {}}\n```', (AskedCall("a", "{}"),), ""),
        ('I call {"tool": "a", "arguments": {"b": 1}} now', (AskedCall("a", '{"b":1}'),), ""),
        ('{"tool": "a", "arguments": {"b": 1', (AskedCall("a", '{"b":1}'),), ""),
        ("{braces} are signs", (), "{braces} are signs"),
    ],
)
def test_calls_in_words(text: str, calls: Any, said: str) -> None:
    assert calls_in(completion({"content": text})) == (calls, said)


def test_a_call_in_words_that_cannot_be_read_is_no_text() -> None:
    with pytest.raises(Misfit):
        calls_in(completion({"content": '{"tool": "a"}'}))


def test_a_native_call_goes_before_text_that_looks_like_one() -> None:
    message = {"content": " so ", "tool_calls": [{"function": {"name": "a", "arguments": "{}"}}]}
    assert calls_in(completion(message)) == ((AskedCall("a", "{}"),), "so")


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        ("auto", {"weather", "book", "answer"}),
        ("required", {"weather", "book"}),
        ("none", {"answer"}),
        ("book", {"book"}),
    ],
)
def test_the_schema_in_words_allows_what_the_choice_does(choice: str, fits: set[str]) -> None:
    schema = in_words(request(choice)).schema
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    values: dict[str, Any] = {
        "weather": {"tool": "weather", "arguments": {"city": "Rome"}},
        # Definitions of the same name stay apart.
        "book": {"tool": "book", "arguments": {"day": 3}},
        "answer": {"answer": "yes"},
    }
    assert {name for name, value in values.items() if Draft202012Validator(schema).is_valid(value)} == fits
    for wrong in ({"tool": "weather", "arguments": {"city": 3}}, {"tool": "x", "arguments": {}}, {"answer": ""}):
        assert not Draft202012Validator(schema).is_valid(wrong)


def test_earlier_calls_are_told_in_words() -> None:
    calls = [
        {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}},
        {"id": "2", "type": "function", "function": {"name": "book", "arguments": "{}"}},
    ]
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "2", "content": "[]"},
        {"role": "assistant", "content": "Sunny."},
        {"role": "user", "content": "bye"},
    ]
    system, *told = in_words(request(messages=messages)).messages
    assert system["content"].startswith("Be brief.\n\nThe tools:\n")
    assert told == [
        {"role": "user", "content": "hi"},
        {
            "role": "assistant",
            "content": '{"tool":"weather","arguments":{"city":"Rome"}}\n{"tool":"book","arguments":{}}',
        },
        {"role": "user", "content": "weather answers: sunny\nbook answers: []"},
        {"role": "assistant", "content": '{"answer":"Sunny."}'},
        {"role": "user", "content": "bye"},
    ]


def test_natively_tools_go_as_openai_has_them() -> None:
    body = Dialect(grammar="grammar").body("m", request("weather"), {})
    assert body["tools"] == TOOLS
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert "response_format" not in body
    assert "tools" not in Dialect().body("m", ChatRequest(messages=[]), {})


@pytest.mark.parametrize(
    ("complaint", "learnt"),
    [
        ("tools param requires --jinja flag", True),
        ("model does not support tools", True),
        ('"auto" tool choice requires --enable-auto-tool-choice', True),
        ("context length exceeded", False),
    ],
)
def test_a_server_that_refuses_tools_is_told_of_them_in_words(complaint: str, learnt: bool) -> None:
    dialect = Dialect()
    assert dialect.learn(complaint, dialect.body("m", request(), {})) is learnt
    assert ("tools" in dialect.body("m", request(), {})) is not learnt
    again = Dialect()
    again.remember(dialect.learnt())
    assert again.native_tools is not learnt
    # A store of before there were tools.
    again.remember({"native_schema": True, "left_out": [], "renamed": {}})
