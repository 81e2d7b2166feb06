"""Dialogues in which the assistant calls tools: what is kept is valid, whatever the server answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

import dialoom
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.dialogue.rounds import rounds_of
from dialoom.quality import METRICS
from tests.nodes.running import Outcome, recipe, run
from tests.support.fault_server import FaultServer

DIALOGUES = 120
USER = "You are {{ me.name }} and want: {{ topic }}. Say what you say next, and {{ end_mark }} when you have it."
FORECAST = {
    "name": "forecast",
    "description": "The weather in a city.",
    "arguments": {"city": "text", "days": {"type": "integer", "minimum": 1, "maximum": 7}},
    "result": {"sky": ["sunny", "rainy"], "degrees": "integer"},
}


def book(city: str, nights: int, room: Literal["single", "double"] = "single") -> dict[str, Any]:
    """Book a hotel.

    Args:
        city: Where.
        nights: How many.
        room: For one or two.
    """
    if nights % 3 == 0:
        raise ValueError("there is no room for so long")
    return {"booked": city, "nights": nights, "room": room}


def count(things: list[str]) -> int:
    """Count things."""
    return len(things)


TOOLS = [FORECAST, book, count]
RESULTS: dict[str, dict[str, Any]] = {
    "forecast": {"type": "object", "required": ["sky", "degrees"]},
    "book": {"type": "object", "required": ["booked", "nights", "room"]},
    "count": {"type": "integer"},
}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def talk(model: Any, folder: Path, rows: int, **assistant: Any) -> Outcome:
    made = recipe(model, [{"topic": f"a trip, number {number}"} for number in range(rows)])
    cast = {"user": {"kind": "agent", "system": USER}, "assistant": {"kind": "assistant", "tools": TOOLS, **assistant}}
    made.add("dialogue", "converse", mode="agents", speakers=["user", "assistant"], turns="4..8", cast=cast, rules=[])
    return run(made, folder)


def fault_in_talk(row: dict[str, Any]) -> str | None:
    """What of a row of messages is no valid talk with tools."""
    tools = {tool["function"]["name"]: tool["function"] for tool in row["tools"]}
    waiting: dict[str, str] = {}
    seen: set[str] = set()
    results_unused = False
    for message in row["messages"]:
        if waiting and message["role"] != "tool":
            return "a call without a result"
        if message["role"] == "user" and results_unused:
            return "a result that nothing is said to"
        for call in message.get("tool_calls", ()):
            function = call["function"]
            if function["name"] not in tools:
                return "an unknown tool"
            arguments = json.loads(function["arguments"])
            if not Draft202012Validator(tools[function["name"]]["parameters"]).is_valid(arguments):
                return "wrong arguments"
            if call["id"] in seen:
                return "an id twice"
            seen.add(call["id"])
            waiting[call["id"]] = function["name"]
        if message["role"] == "assistant":
            results_unused = bool(message.get("tool_calls"))
        if message["role"] == "tool":
            name = waiting.pop(message["tool_call_id"], None)
            if name is None:
                return "a result of no call"
            result = json.loads(message["content"])
            error = isinstance(result, dict) and list(result) == ["error"] and isinstance(result["error"], str)
            if not error and not Draft202012Validator(RESULTS[name]).is_valid(result):
                return "a wrong result"
    return "a result that nothing is said to" if results_unused or waiting else None


@pytest.mark.parametrize("how", ["native", "words"])
def test_what_is_kept_is_valid_whatever_the_server_answers(server: FaultServer, tmp_path: Path, how: str) -> None:
    server.change(wrong_calls=0.3, rate_500=0.03, torn=0.03, no_choices=0.02, reject_tools=how == "words")
    outcome = talk({"from": server.url, "tries": 30}, tmp_path, DIALOGUES, tries=12, tool_choice="required", steps=3)
    assert outcome.report.counts.kept == DIALOGUES, outcome.reasons[:3]
    # The server checks that each call that it is sent back is answered, and that no answer is without a call.
    assert "bad_tools" not in server.stats()["by_fault"]
    path = tmp_path / "rows.jsonl"
    write = FORMATS.load("messages").write
    assert write is not None
    write(outcome.kept, path)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [fault_in_talk(row) for row in rows] == [None] * DIALOGUES
    text = path.read_text()
    if how == "native":
        assert '{\\"error\\":' in text
        assert "there is no room for so long" in text
        refused = [each for kept in outcome.kept for each in kept.lineage.events if each.what == "refused a tool call"]
        assert len(refused) > DIALOGUES
        assert any(len(rounds_of(turn)) > 1 for kept in outcome.kept for turn in kept.turns)
    for kept in outcome.kept:
        assert {turn.speaker for turn in kept.turns} == {"user", "assistant"}
        calls = [call for turn in kept.turns for call in turn.tool_calls]
        assert METRICS.load("tool_calls").measure(kept) == len(calls)
        errors = sum(each.what == "called a tool" and "error" in each.detail for each in kept.lineage.events)
        assert METRICS.load("tool_errors").measure(kept) == errors
        assert all(turn.text for turn in kept.turns)
        called = [each.detail["id"] for each in kept.lineage.events if each.what == "called a tool"]
        assert called == [call.id for turn in kept.turns for call in turn.tool_calls]
    for kept, back in zip(outcome.kept, read_dialogues(path), strict=True):
        assert back.turns == kept.turns
        assert back.fields["tools"] == kept.fields["tools"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda messages: messages[1]["tool_calls"][0]["function"].update(name="nothing"), "an unknown tool"),
        (lambda messages: messages[1]["tool_calls"][0]["function"].update(arguments='{"city": 3}'), "wrong arguments"),
        (lambda messages: messages.pop(2), "a call without a result"),
        (lambda messages: messages.pop(3), "a result that nothing is said to"),
        (lambda messages: messages[2].update(content='{"sky": "green"}'), "a wrong result"),
        (lambda messages: messages.insert(3, dict(messages[2])), "a result of no call"),
    ],
)
def test_the_check_finds_what_is_wrong(spoil: Any, why: str) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "forecast", "arguments": '{"city": "Rome", "days": 1}'}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": '{"sky": "sunny", "degrees": 20}'},
        {"role": "assistant", "content": "Sunny."},
        {"role": "user", "content": "bye"},
        {"role": "assistant", "content": "Bye."},
    ]
    parameters = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    }
    row = {
        "messages": messages,
        "tools": [{"type": "function", "function": {"name": "forecast", "parameters": parameters}}],
    }
    assert fault_in_talk(row) is None
    spoil(messages)
    assert fault_in_talk(row) == why


def test_what_the_assistant_sees(server: FaultServer, tmp_path: Path) -> None:
    kept = talk(server.url, tmp_path, 1, tool_choice="required", steps=1, system="Help {{ others[0].name }}.").only
    bodies = [entry["body"] for entry in server.requests()]
    assistants = [body for body in bodies if "tools" in body]
    assert all(body["messages"][0]["content"] == "Help user." for body in assistants)
    # Its earlier calls and their results are there, as they are in what is kept.
    last = assistants[-1]["messages"]
    assert sum("tool_calls" in message for message in last) == sum(bool(turn.tool_calls) for turn in kept.turns)
    # The user sees what was said, and no calls.
    users = [body for body in bodies if "want: a trip" in str(body["messages"][0]["content"])]
    assert users
    assert "tool" not in json.dumps([body["messages"] for body in users])
    assert [tool["function"]["name"] for tool in kept.fields["tools"]] == ["forecast", "book", "count"]


def test_the_cast_is_checked(tmp_path: Path) -> None:
    made = recipe("http://127.0.0.1:1/v1")
    cast = {"B": {"kind": "assistant", "tools": [FORECAST, FORECAST], "simulator": "nobody"}}
    made.add("dialogue", "converse", mode="agents", speakers=["A", "B"], cast=cast)
    with pytest.raises(dialoom.DialoomError) as caught:
        dialoom.run(made, tmp_path / "out")
    assert "nodes.dialogue.cast.B.tools[1]: two tools are called 'forecast'" in str(caught.value)
    assert "nodes.dialogue.cast.B.simulator: no model is called 'nobody'" in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"say": ["I want {{ topic }}.", "{% if false %}never{% endif %}", "Thanks."]}, ["I want x.", "Thanks."]),
        ({"of": "wishes"}, ["One.", "Two.", "Three."]),
        ({"of": "real"}, ["Hello.", "Bye."]),
    ],
)
def test_known_lines_are_answered_anew(
    server: FaultServer, tmp_path: Path, lines: dict[str, Any], said: list[str]
) -> None:
    real = [("Ann", "Hello."), ("Shop", "What?"), ("Ann", "Bye.")]
    row = {
        "topic": "x",
        "wishes": ["One.", "Two.", "Three."],
        "real": {"turns": [{"speaker": speaker, "text": text} for speaker, text in real]},
    }
    made = recipe(server.url, [row])
    cast = {"user": {"kind": "lines", **lines}, "assistant": {"kind": "assistant", "tools": TOOLS}}
    made.add("dialogue", "converse", mode="agents", speakers=["user", "assistant"], turns=20, cast=cast)
    kept = run(made, tmp_path).only
    assert [turn.text for turn in kept.turns if turn.speaker == "user"] == said
    # It ends with an answer, as trainers want it.
    assert kept.turns[-1].speaker == "assistant"
    assert len(kept.turns) == 2 * len(said)
    assert all("tools" in entry["body"] or "computer system" in str(entry["body"]) for entry in server.requests())


def test_examples_are_shown_as_earlier_talks(server: FaultServer, tmp_path: Path) -> None:
    call = {"name": "count", "arguments": {"things": ["a"]}, "id": "call00001", "result": "1"}
    turns = [{"speaker": "Ann", "text": "Count."}, {"speaker": "Bo", "text": "One.", "tool_calls": [call]}]
    kept = talk(server.url, tmp_path, 1, examples=[{"id": "e", "dialogue": {"turns": turns}}] * 2).only
    first = next(entry["body"] for entry in server.requests() if "tools" in entry["body"])
    shown = [message["role"] for message in first["messages"][1:9]]
    assert shown == ["user", "assistant", "tool", "assistant"] * 2
    assert kept.lineage.examples == ["e"]
