"""The JSON line of a dialogue: nothing lost, and the shape that users see."""

from __future__ import annotations

import json

from hypothesis import given, settings

from dialoom.dialogue import Dialogue, Lineage, Persona, Slot, Turn
from tests.dialogue.strategies import dialogues


@settings(max_examples=200, deadline=None)
@given(dialogues)
def test_json_reads_back_equal(dialogue: Dialogue) -> None:
    line = dialogue.to_json()
    assert "\n" not in line
    assert Dialogue.from_json(line) == dialogue


def test_seven_keys_are_always_there_and_first() -> None:
    line = json.loads(Dialogue(id="a").to_json())
    assert list(line) == ["id", "turns", "plan", "summary", "personas", "topic", "lineage"]
    assert line["turns"] == []
    assert line["personas"] == []
    assert line["plan"] is line["summary"] is line["topic"] is None
    assert line["lineage"] == {"provenance": "synthetic"}


def test_other_keys_and_turn_annotations_only_when_set() -> None:
    turn = Turn(speaker="A", text="hi")
    dialogue = Dialogue(id="a", turns=[turn, turn.model_copy(update={"intent": "greet"})], tags={"ok": True})
    line = json.loads(dialogue.to_json())
    assert line["turns"] == [{"speaker": "A", "text": "hi"}, {"speaker": "A", "text": "hi", "intent": "greet"}]
    assert line["tags"] == {"ok": True}
    assert "scenario" not in line


def test_json_stays_json_where_python_has_numbers_that_json_lacks() -> None:
    line = Dialogue(id="a", tags={"perplexity": float("inf")}).to_json()
    assert json.loads(line, parse_constant=lambda name: name)["tags"] == {"perplexity": None}


def test_speakers_text_and_script() -> None:
    dialogue = Dialogue(
        id="a",
        turns=[
            Turn(speaker="B", text="one"),
            Turn(speaker="A", text="two", slots=[Slot(name="n", value="two")]),
            Turn(speaker="B", text="three"),
        ],
        personas=[Persona(name="A")],
        lineage=Lineage(),
    )
    assert dialogue.speakers() == ["B", "A"]
    assert dialogue.text() == "one\ntwo\nthree"
    assert dialogue.script() == "B: one\nA: two\nB: three"
