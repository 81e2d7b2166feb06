"""`rephrase`: turns in other words, whose labels and slots stay right, or the record is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dialoom
from dialoom.dialogue import Turn
from tests.models.scripted import Scripted
from tests.nodes.running import Outcome, recipe, run

TURNS = [
    {
        "speaker": "User",
        "text": "I want to fly to Rome on Friday.",
        "intent": "book_flight",
        "slots": [
            {"name": "city", "value": "Rome", "start": 17, "end": 21},
            {"name": "day", "value": "Friday", "start": 25, "end": 31},
            {"name": "class", "value": "economy"},
        ],
    },
    {"speaker": "Agent", "text": "With pleasure.", "acts": ["confirm"]},
]


def rephrased(
    answer: Callable[[str], str], folder: Path, turns: Any = None, **fields: Any
) -> tuple[Outcome, list[str]]:
    with Scripted(lambda body: answer(body["messages"][-1]["content"])) as server:
        made = recipe(server.url, [{"dialogue": {"turns": turns or TURNS}}]).add("dialogue", "rephrase", **fields)
        outcome = run(made, folder)
        asked = [body["messages"][-1]["content"] for body in server.bodies]
    return outcome, asked


def said(turn: Turn) -> list[tuple[str, str]]:
    return [(slot.name, turn.text[slot.start : slot.end]) for slot in turn.slots if slot.start is not None]


def test_slots_are_found_again_and_labels_stay(tmp_path: Path) -> None:
    def answer(prompt: str) -> str:
        return "On Friday I would like to go to rome, please." if "Rome" in prompt.splitlines()[-2] else "Gladly!"

    outcome, asked = rephrased(answer, tmp_path)
    first, second = outcome.only.turns
    assert first.text == "On Friday I would like to go to rome, please."
    assert said(first) == [("city", "rome"), ("day", "Friday")]
    assert [(slot.name, slot.value) for slot in first.slots][-1] == ("class", "economy")
    assert first.intent == "book_flight"
    assert first.meta["original"] == "I want to fly to Rome on Friday."
    assert (second.text, second.acts) == ("Gladly!", ["confirm"])
    assert any("Keep these words as they are: Rome; Friday" in prompt for prompt in asked)


def test_a_turn_that_loses_a_slot_is_asked_again_and_then_refused(tmp_path: Path) -> None:
    def late(prompt: str) -> str:
        if "Rome" not in prompt.splitlines()[-2]:
            return "Gladly!"
        return "Rome on Friday, please." if "Not again" in prompt else "Take me there."

    outcome, asked = rephrased(late, tmp_path)
    assert outcome.only.turns[0].text == "Rome on Friday, please."
    assert any("Not again: Take me there. (the slot 'city' (Rome) is not in" in prompt for prompt in asked)
    refused, _ = rephrased(lambda prompt: "Take me there.", tmp_path, tries=2)
    assert refused.kept == []
    assert "turn 1: the slot 'city' (Rome) is not in" in refused.reasons[0]
    assert refused.report.counts.rejected == 1


def test_what_is_no_paraphrase_is_refused(tmp_path: Path) -> None:
    turns: list[dict[str, Any]] = [{"speaker": "User", "text": "I lost my bank card this morning."}]
    same, _ = rephrased(lambda prompt: "I lost my bank card this morning.", tmp_path, turns, tries=1)
    assert "the same as it was" in same.reasons[0]
    near, _ = rephrased(lambda prompt: "I lost my bank card this evening.", tmp_path, turns, tries=1, unlike=0.6)
    assert "too like what it was" in near.reasons[0]
    # A value within another word, or said twice, is none.
    turns = [{"speaker": "User", "text": "Room one.", "slots": [{"name": "n", "value": "one", "start": 5, "end": 8}]}]
    within, _ = rephrased(lambda prompt: "By phone.", tmp_path, turns, tries=1)
    assert "is not in" in within.reasons[0]
    twice, _ = rephrased(lambda prompt: "One, I say one.", tmp_path, turns, tries=1)
    assert "more often than it was" in twice.reasons[0]


def test_marked_slots_may_change_their_values(tmp_path: Path) -> None:
    def german(prompt: str) -> str:
        if "With pleasure" in prompt.splitlines()[-2]:
            return "Gerne."
        assert "I want to fly to [Rome](city) on [Friday](day)." in prompt
        return "Ich möchte am [Freitag](day) nach [Rom](city)."

    outcome, _ = rephrased(german, tmp_path, slots="marked")
    turn = outcome.only.turns[0]
    assert turn.text == "Ich möchte am Freitag nach Rom."
    assert said(turn) == [("day", "Freitag"), ("city", "Rom")]
    assert [slot.value for slot in turn.slots] == ["Freitag", "Rom", "economy"]
    lost, _ = rephrased(lambda prompt: "Ich möchte nach [Rom](city).", tmp_path, slots="marked", tries=1)
    assert "it marks city in place of city, day" in lost.reasons[0]


def test_what_means_something_else_is_asked_again(tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> str:
        prompt = body["messages"][-1]["content"]
        if prompt.startswith("First: "):
            same = "lost" in prompt.partition("Second: ")[2]
            return f'{{"difference": "one is about a find", "same": {str(same).lower()}}}'
        return (
            "My card is lost."
            if "Not again: I found my card. (it means something else" in prompt
            else "I found my card."
        )

    source = [{"dialogue": {"turns": [{"speaker": "User", "text": "I lost my card.", "intent": "lost_card"}]}}]
    with Scripted(answer) as server:
        made = recipe(server.url, source).add("dialogue", "rephrase", checked_by="writer")
        outcome = run(made, tmp_path)
        assert outcome.only.turns[0].text == "My card is lost."
        refused = run(recipe(server.url, source).add("dialogue", "rephrase", checked_by="writer", tries=1), tmp_path)
    assert "it means something else: one is about a find" in refused.reasons[0]
    assert len(outcome.only.lineage.calls) == 4


def test_only_some_speakers(tmp_path: Path) -> None:
    outcome, asked = rephrased(lambda prompt: "Gladly!", tmp_path, speakers=["Agent"])
    assert [turn.text for turn in outcome.only.turns] == ["I want to fly to Rome on Friday.", "Gladly!"]
    assert len(asked) == 1


def test_it_is_found_by_its_kind() -> None:
    assert dialoom.Recipe("x", models={"writer": "embedded"}, source=[{"dialogue": {}}]).add("d", "rephrase").nodes
