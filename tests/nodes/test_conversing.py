"""Asking in a conversation: messages, windows of what was said before, words at the right moment, many turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import RecipeError
from dialoom.nodes._history import History, injected
from tests.graph.written import of_nodes
from tests.models.scripted import Scripted
from tests.nodes.running import Outcome, recipe, run


def sent(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in body["messages"]]


def talk(*contents: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(contents)]


def asked(tmp_path: Path, source: dict[str, Any], **node: Any) -> tuple[list[tuple[str, str]], Outcome]:
    with Scripted(lambda body: "An answer.") as server:
        made = recipe(server.url, source=[source]).add("a", "generate", **node)
        outcome = run(made, tmp_path)
        (body,) = server.bodies
    return sent(body), outcome


def test_a_prompt_as_messages(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "You know {{ topic }}."},
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "Two."},
        {"role": "user", "content": "And {{ topic }}?"},
    ]
    said, outcome = asked(tmp_path, {"topic": "rain"}, messages=messages)
    assert said == [("system", "You know rain."), ("user", "One?"), ("assistant", "Two."), ("user", "And rain?")]
    assert outcome.only.fields["a"] == "An answer."


@pytest.mark.parametrize(
    ("last", "seen"),
    [
        (None, ["q1", "a1", "q2", "a2"]),
        (4, ["q1", "a1", "q2", "a2"]),
        # A window begins with a question.
        (3, ["q2", "a2"]),
        (2, ["q2", "a2"]),
        (1, []),
    ],
)
def test_a_window_of_what_was_said(tmp_path: Path, last: int | None, seen: list[str]) -> None:
    source = {"chat": talk("q1", "a1", "q2", "a2")}
    said, outcome = asked(tmp_path, source, system="S", prompt="q3", history={"field": "chat", "last": last})
    assert [content for _, content in said] == ["S", *seen, "q3"]
    assert outcome.only.fields["chat"] == source["chat"]


def test_turns_of_a_dialogue_as_messages(tmp_path: Path) -> None:
    turns = [{"speaker": name, "text": text} for name, text in (("Ann", "Hi."), ("Ben", "Hello."), ("Ben", "Well?"))]
    source = {"dialogue": {"turns": turns}}
    said, _ = asked(tmp_path, source, prompt="q", history="dialogue")
    assert said == [("user", "Hi."), ("assistant", "Hello.\nWell?"), ("user", "q")]
    said, _ = asked(tmp_path, source, prompt="q", history={"field": "dialogue", "speakers": ["Ben", "Ann"]})
    assert said == [("user", "Hello.\nWell?"), ("user", "q")]
    turns.append({"speaker": "Cem", "text": "Me too."})
    said, _ = asked(tmp_path, source, prompt="q", history="dialogue")
    assert said == [("user", "Ann: Hi."), ("assistant", "Hello.\nWell?"), ("user", "Cem: Me too."), ("user", "q")]


def test_a_word_at_the_right_moment(tmp_path: Path) -> None:
    source = {"chat": talk("q1", "a1", "q2", "a2"), "mood": "cross"}
    for at, place in ((3, 4), (2, 2), (1, 0)):
        said, _ = asked(
            tmp_path, source, prompt="q3", history="chat", inject={"at": at, "system": "Be {{ mood }} at " + str(at)}
        )
        assert said[place] == ("system", f"Be cross at {at}")
        assert len(said) == 6
    # It counts questions from the first, also where the window no longer shows it.
    said, _ = asked(
        tmp_path,
        source,
        prompt="q3",
        history={"field": "chat", "last": 2},
        inject=[{"at": 1, "system": "one"}, {"at": 2, "system": "two"}, {"at": 3, "system": "three"}],
    )
    assert [content for _, content in said] == ["two", "q2", "a2", "three", "q3"]
    assert injected([], 1, [(1, "x")]) == []


def test_a_conversation_that_goes_on_in_a_loop(tmp_path: Path) -> None:
    with Scripted(lambda body: f"answer {len(body['messages'])}") as server:
        made = recipe(server.url, source=[{"topic": "rain"}])
        made.add(
            "ask",
            "generate",
            prompt="Question about {{ topic }}.",
            history={"field": "chat", "last": 4, "append": True},
            inject={"at": 3, "system": "Come to an end."},
        )
        made.add("again", "set", fields={"n": "{{ (n | default(0)) + 1 }}"}, next=[{"if": "n < 4", "to": "ask"}, "sum"])
        made.add("sum", "generate", prompt="Sum it up.", history="chat")
        outcome = run(made, tmp_path)
        bodies = server.bodies
    assert [len(sent(body)) for body in bodies] == [1, 3, 6, 6, 9]
    assert [[n for n, each in enumerate(sent(body)) if each[0] == "system"] for body in bodies] == [
        [],
        [],
        [4],
        [2],
        [],
    ]
    chat = outcome.only.fields["chat"]
    assert [each["role"] for each in chat] == ["user", "assistant"] * 4
    assert [each["content"] for each in chat[1::2]] == ["answer 1", "answer 3", "answer 6", "answer 6"]
    assert outcome.only.fields["ask"] == "answer 6"


def test_a_dialogue_that_two_nodes_go_on_with(tmp_path: Path) -> None:
    with Scripted(lambda body: "Well.") as server:
        made = recipe(server.url, source=[{"topic": "rain"}])
        both = {"field": "dialogue", "append": True, "speakers": ["Ann", "Ben"]}
        made.add("one", "generate", prompt="Is it {{ topic }}?", history=both)
        made.add("two", "generate", prompt="And now?", history=both)
        outcome = run(made, tmp_path)
        assert sent(server.bodies[1]) == [("user", "Is it rain?"), ("assistant", "Well."), ("user", "And now?")]
    spoken = [(turn.speaker, turn.text) for turn in outcome.only.turns]
    assert spoken == [("Ann", "Is it rain?"), ("Ben", "Well."), ("Ann", "And now?"), ("Ben", "Well.")]


def test_only_the_candidate_that_was_chosen_is_added(tmp_path: Path) -> None:
    with Scripted(lambda body: "long" * (body["seed"] % 5 + 1)) as server:
        made = recipe(server.url)
        made.add(
            "a", "generate", prompt="q", candidates=4, score="a | length", history={"field": "chat", "append": True}
        )
        outcome = run(made, tmp_path)
    assert outcome.only.fields["chat"] == talk("q", outcome.only.fields["a"])


def test_a_field_that_holds_no_conversation(tmp_path: Path) -> None:
    with Scripted(lambda body: "x") as server:
        made = recipe(server.url, source=[{"chat": "a text"}, {"chat": [{"x": 1}]}, {"chat": []}])
        made.add("a", "generate", prompt="q", history="chat")
        outcome = run(made, tmp_path)
    assert len(outcome.kept) == 1
    assert sorted(reason.partition(" but ")[0] for reason in outcome.reasons) == [
        "'chat' holds no messages and no turns",
        "'chat' holds something that is neither a message nor a turn",
    ]


def test_turns_are_added_to_only_with_names(tmp_path: Path) -> None:
    with Scripted(lambda body: "x") as server:
        made = recipe(server.url, source=[{"chat": [{"speaker": "Ann", "text": "Hi."}]}])
        made.add("a", "generate", prompt="q", history={"field": "chat", "append": True})
        outcome = run(made, tmp_path)
    assert "nobody is named who said these" in outcome.reasons[0]
    assert History(field="chat").window([{"role": "system", "content": "s"}, *talk("q", "a")])[0]["content"] == "s"


WRONG = [
    ("messages: [{role: user, content: x}, {role: assistant, content: y}]", "messages", "none that asks"),
    ("messages: [{role: usr, content: x}]", "messages[0].role", "'user' or 'assistant'"),
    ("messages: [{role: user, content: '{{ topc }}'}]", "messages[0].content", "did you mean 'topic'"),
    ("messages: [{role: user, content: x}], prompt: y", "", "both 'prompt' and 'messages'"),
    ("messages: [{role: user, content: x}], system: y", "system", "both 'messages' and 'system'"),
    ("model: writer", "", "neither 'prompt' nor 'messages'"),
    ("prompt: x, history: chat", "history", "'chat', which nothing before it writes"),
    ("prompt: x, history: {field: chat, lst: 3}", "history.lst", "did you mean 'last'"),
    ("prompt: x, count: 3, history: {field: topic}", "history", "take out 'count'"),
    ("prompt: x, inject: {at: 0, system: y}", "inject[0].at", "at least 1"),
    ("prompt: x, inject: {at: 2, system: '{{ topc }}'}", "inject[0].system", "did you mean 'topic'"),
]


@pytest.mark.parametrize(("node", "field", "hint"), WRONG)
def test_what_check_says(tmp_path: Path, node: str, field: str, hint: str) -> None:
    (said,) = of_nodes(tmp_path, f"  a: {{kind: generate, {node}}}\n")
    where = f"nodes.a.{field}" if field else "nodes.a"
    assert said.startswith(f"recipe.yaml:6, {where}: "), said
    assert hint in said


def test_a_wrong_message_in_python() -> None:
    with pytest.raises(RecipeError):
        recipe("http://127.0.0.1:9/v1").add("a", "generate", messages=[{"role": "user"}])
