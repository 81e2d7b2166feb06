"""Calls of a turn in their rounds: as messages, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, ToolCall, Turn
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.dialogue.rounds import Round, result_of, result_text, rounds_of, turn_with_rounds

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
said = texts.filter(str.strip)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
calls = st.builds(ToolCall, name=st.just("f"), arguments=st.dictionaries(texts, values, max_size=2), result=values)
rounds = st.lists(
    st.tuples(st.just("") | said, st.lists(calls, min_size=1, max_size=2)).map(lambda pair: Round(*pair)), max_size=3
)


def _numbered(talk: list[tuple[str, list[Round], str]]) -> list[Turn]:
    turns = []
    number = 0
    for asked, made, answer in talk:
        turns.append(Turn(speaker="user", text=asked))
        for each in made:
            for call in each.calls:
                number += 1
                call.id = f"call{number:05}"
                # As the loop of an agent keeps it.
                call.result = result_of(result_text(call.result))
        turns.append(turn_with_rounds("assistant", made, answer))
    return turns


@settings(max_examples=150, deadline=None)
@given(
    talk=st.lists(st.tuples(said, rounds, said), min_size=1, max_size=3),
    form=st.sampled_from(["messages", "trl_messages"]),
)
def test_what_was_called_comes_back(talk: Any, form: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    turns = _numbered(talk)
    path = tmp_path_factory.mktemp("rounds") / "rows.jsonl"
    write = FORMATS.load(form).write
    assert write is not None
    write([Dialogue(id="d", turns=turns, fields={"tools": [{"type": "function"}]})], path)
    row = json.loads(path.read_text("utf-8"))
    for message in row["messages"]:
        for call in message.get("tool_calls", ()):
            assert isinstance(call["function"]["arguments"], str if form == "messages" else dict)
    (back,) = read_dialogues(path)
    assert back.turns == turns
    assert back.fields["tools"] == [{"type": "function"}]
    for made, (_, expected, _) in zip(back.turns[1::2], talk, strict=True):
        assert rounds_of(made) == [(one.text, one.calls) for one in expected]


def test_rounds_that_do_not_fit_their_calls_are_one() -> None:
    turn = Turn(speaker="a", text="", tool_calls=[ToolCall(name="f"), ToolCall(name="g")])
    for told in ([{"calls": 1}], "odd", [{"calls": "two"}], [3], None):
        turn.meta["rounds"] = told
        assert [len(one.calls) for one in rounds_of(turn)] == [2]


def test_what_is_said_with_a_call_that_nobody_answered_is_the_text(tmp_path: Path) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [call]},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"id": "d", "messages": messages}))
    (back,) = read_dialogues(path)
    assert back.turns[1] == Turn(speaker="assistant", text="Let me see.", tool_calls=[ToolCall(name="f", id="1")])
    write = FORMATS.load("messages").write
    assert write is not None
    write([back], path)
    assert json.loads(path.read_text())["messages"] == messages


def test_sharegpt_has_a_call_and_its_observation_for_each_round(tmp_path: Path) -> None:
    made = [
        Round("", [ToolCall(name="f", arguments={"a": 1}, id="1", result={"b": 2})]),
        Round("", [ToolCall(name="g", id="2", result="c")]),
    ]
    turns = [Turn(speaker="user", text="hi"), turn_with_rounds("assistant", made, "Done.")]
    path = tmp_path / "rows.jsonl"
    write = FORMATS.load("sharegpt").write
    assert write is not None
    write([Dialogue(id="d", turns=turns)], path)
    told = [(one["from"], one["value"]) for one in json.loads(path.read_text())["conversations"]]
    assert told == [
        ("human", "hi"),
        ("function_call", '{"name":"f","arguments":{"a":1}}'),
        ("observation", '{"b":2}'),
        ("function_call", '{"name":"g","arguments":{}}'),
        ("observation", "c"),
        ("gpt", "Done."),
    ]
    (back,) = read_dialogues(path)
    assert [(call.name, call.result) for call in back.turns[1].tool_calls] == [("f", {"b": 2}), ("g", "c")]
    assert [len(one.calls) for one in rounds_of(back.turns[1])] == [1, 1]
