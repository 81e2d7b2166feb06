"""Simulated users: facts when asked, patience, goals, and no assistant's words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dialoom.nodes._user_words import asks_for, speaks_as_assistant, without_service
from tests.models.scripted import Body, Scripted
from tests.nodes.running import Outcome, recipe, run

KNOWS = {"order_number": ["A-1234", "reference"], "address": "5 Mill Road"}


def helped(
    folder: Path, user: Iterable[str], agent: Iterable[str], part: dict[str, Any] | None = None, **fields: Any
) -> tuple[Outcome, list[Body]]:
    """A talk between a user and an agent who say these lines, and what the user's model was asked."""
    lines, replies = iter(user), iter(agent)
    seed = {"topic": "a late parcel", "goal": "get your parcel", **fields}
    with Scripted(lambda body: next(lines)) as one, Scripted(lambda body: next(replies)) as other:
        made = recipe(one.url, [seed])
        made.models["desk"] = recipe(other.url).models["writer"]
        cast = {"Ana": {"kind": "user", **(part or {})}, "Desk": "desk"}
        made.add("dialogue", "converse", mode="agents", speakers=["Ana", "Desk"], cast=cast, turns="2..12")
        return run(made, folder), one.bodies


def test_facts_are_told_when_asked_for_and_are_slots(tmp_path: Path) -> None:
    outcome, asked = helped(
        tmp_path,
        ["My parcel has not come.", "It is a-1234.", "5 Mill Road, the blue door.", "Thanks. <done>"],
        ["What is your order number, please?", "And which address?", "It comes tomorrow at nine."],
        {"knows": KNOWS},
    )
    seen = [str(body["messages"]) for body in asked]
    assert ["A-1234" in text for text in seen] == [False, True, True, True]
    assert ["5 Mill Road" in text for text in seen] == [False, False, True, True]
    assert "get your parcel" in seen[0]
    turns = outcome.only.turns
    assert [(slot.name, slot.value, slot.start) for slot in turns[2].slots] == [("order_number", "a-1234", 6)]
    assert turns[4].slots[0].value == "5 Mill Road"
    (ended,) = outcome.events("the talk ended")
    assert (ended["by"], ended["speaker"]) == ("goal", "Ana")
    assert "<done>" not in outcome.only.script()


def test_what_the_record_knows_and_further_names(tmp_path: Path) -> None:
    _, asked = helped(
        tmp_path,
        ["My parcel has not come.", "A-1234.", "Bye. <done>"],
        ["Could you tell me the reference?", "Found it."],
        knows=KNOWS,
        style="very short",
    )
    assert ["A-1234" in str(body["messages"]) for body in asked] == [False, True, True]
    assert "very short" in str(asked[0]["messages"])


@pytest.mark.parametrize(("then", "by"), [("leave", "patience"), ("escalate", "length")])
def test_patience_runs_out(tmp_path: Path, then: str, by: str) -> None:
    users = [f"It is late by {n} days and {n * 3} hours now." for n in range(20)]
    desks = [f"Unfortunately we cannot do that, {'really ' * n}I said." for n in range(1, 30, 3)]
    outcome, asked = helped(tmp_path, users, desks, {"patience": 2, "then": then})
    (ended,) = outcome.events("the talk ended")
    assert ended["by"] == by
    assert (ended["turns"] == 5) is (then == "leave")
    (event,) = outcome.events("out of patience")
    assert (event["turn"], event["after"], event["speaker"]) == (5, 2, "Ana")
    told = asked[2]["messages"][-1]["content"]
    assert ("give up" if then == "leave" else "somebody else") in told


def test_a_users_turn_as_an_assistant_is_asked_for_again(tmp_path: Path) -> None:
    wrong = ["How can I help you today?", "As an AI, I can help you.", "Sure. How can I help you?"]
    outcome, asked = helped(tmp_path, [wrong[0], "My parcel is late.", *wrong, "Bye. <done>"], ["Well?", "So?"])
    assert [turn.text for turn in outcome.only.turns] == ["My parcel is late.", "Well?", "Sure.", "So?", "Bye."]
    assert len(asked) == 6
    assert "assistant's line" in asked[1]["messages"][-1]["content"]
    events = outcome.events("a user spoke as an assistant")
    assert [e["done"] for e in events] == ["asked again", "asked again", "asked again", "cut out"]


@pytest.mark.parametrize(
    ("text", "assistant"),
    [
        ("How may I assist you?", True),
        ("Thank you for contacting us.", True),
        ("I'd be happy to help you with that.", True),
        ("As a language model I have no parcel.", True),
        ("Is there anything else I can do for you?", True),
        ("I am sorry to hear that.", True),
        ("Can you help me?", False),
        ("I need help with my order.", False),
        ("What can I do about it?", False),
        ("Is there anything else I can do to get it?", False),
    ],
)
def test_an_assistants_words(text: str, assistant: bool) -> None:
    assert speaks_as_assistant(text) is assistant
    assert without_service(f"{text} Fine.") == ("Fine." if assistant else f"{text} Fine.")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What is your order number?", True),
        ("Please give me the number of the order.", True),
        ("Your order number is wrong.", False),
        ("Is it in order?", False),
    ],
)
def test_what_is_asked_for(text: str, asked: bool) -> None:
    assert asks_for(text, ["orderNumber"]) is asked


def test_knowledge_that_is_none(tmp_path: Path) -> None:
    outcome, _ = helped(tmp_path, [], [], knows=["A-1234"])
    assert "what a user knows is an object" in outcome.reasons[0]
