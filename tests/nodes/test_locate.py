"""`locate`: the turn that says the intent is found and labelled, or said; never the first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.intents.line import broken_spans
from tests.intents.lines import real_lines
from tests.models.scripted import Scripted
from tests.nodes.running import Outcome, recipe, run

_CHAT = ["will snow come this weekend", "it may snow", "play that song", "here is your song"]


def _talk(*texts: str) -> dict[str, Any]:
    names = ("user", "assistant")
    return {"turns": [{"speaker": names[at % 2], "text": text} for at, text in enumerate(texts)]}


def _run(folder: Path, talk: dict[str, Any], **fields: Any) -> Outcome:
    path = folder / "real.jsonl"
    rows = [{"text": text, "intent": intent} for intent, lines in real_lines().items() for text in lines]
    path.write_text("\n".join(map(json.dumps, rows)))
    line = {
        "turns": [
            {
                "speaker": "user",
                "text": "my bag is in rome",
                "intent": "lost_luggage",
                "slots": [{"name": "city", "value": "rome", "start": 13, "end": 17}],
            }
        ]
    }
    made = recipe(source=[{"intent": "lost_luggage", "talk": talk, "line": line}])
    return run(made.add("dialogue", "locate", of="talk", real=path, **fields), folder)


def test_the_turn_is_found_and_labelled(tmp_path: Path) -> None:
    outcome = _run(tmp_path, _talk("my bag is missing", "oh", *_CHAT[2:], "please airline lost my bag", "sorry"))
    assert [turn.intent for turn in outcome.only.turns] == [None, None, None, None, "lost_luggage", None]
    assert outcome.events("the intent is said") == [{"turn": 4, "put": False}]


def test_where_it_is_not_said_it_is_put_after_another(tmp_path: Path) -> None:
    outcome = _run(tmp_path, _talk(*_CHAT), put="line")
    turns = outcome.only.turns
    assert len(turns) in (3, 5)
    assert turns[-1].intent == "lost_luggage"
    assert turns[-1].speaker == "user"
    assert turns[-1].text.endswith("my bag is in rome")
    assert [slot.value for slot in turns[-1].slots] == ["rome"]
    assert not broken_spans(turns[-1].text, turns[-1].slots)


def test_without_a_line_it_is_rejected(tmp_path: Path) -> None:
    outcome = _run(tmp_path, _talk("my bag is missing", *_CHAT[1:]))
    assert outcome.kept == []
    assert "no turn from number 3 on says lost_luggage" in outcome.reasons[0]


@pytest.mark.parametrize("name", ["rare-dialogues"])
def test_the_shipped_recipe_runs(name: str, tmp_path: Path) -> None:
    shipped = Path(dialoom.__file__).parent / "recipes" / f"{name}.yaml"

    def answer(body: dict[str, Any]) -> str:
        if "speaks first" in body["messages"][-1]["content"]:
            return "user: when do we leave\nassistant: at nine\nuser: thanks a lot\nassistant: you are welcome"
        return "my suitcase did not come out of the machine"

    with Scripted(answer) as server:
        outcome = run(dialoom.load_recipe(shipped, {"models.writer": server.url}), tmp_path)
    assert outcome.kept
    for each in outcome.kept:
        said = [at for at, turn in enumerate(each.turns) if turn.intent in ("lost_luggage", "card_swallowed")]
        assert len(said) == 1
        assert said[0] >= 2
