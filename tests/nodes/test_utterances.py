"""`utterances`: lines for a rare intent, with and without a model, verified, told where they come from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.graph.check import check
from dialoom.intents.line import broken_spans
from tests.intents.lines import real_lines
from tests.models.scripted import Scripted
from tests.nodes.running import Outcome, recipe, run

_ROW = {"intent": "lost_luggage", "description": "A bag did not come."}


def _real(folder: Path) -> Path:
    path = folder / "real.jsonl"
    rows = [
        {"text": text, "intent": intent}
        for intent, lines in real_lines().items()
        for text in lines[: 5 if intent == "lost_luggage" else 40]
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def _run(folder: Path, model: Any = None, row: Mapping[str, Any] = _ROW, **fields: Any) -> Outcome:
    made = recipe(model, [dict(row)])
    return run(made.add("line", "utterances", **({} if model else {"model": None}), **fields), folder)


def test_without_a_model(tmp_path: Path) -> None:
    outcome = _run(tmp_path, real=_real(tmp_path), count=12, over=6)
    assert 1 <= len([each for each in outcome.kept if each.fields["verdict"] == "keep"]) <= 12
    known = set(real_lines()["lost_luggage"][:5])
    for each in outcome.kept:
        (turn,) = each.turns
        assert (turn.speaker, turn.intent) == ("user", "lost_luggage")
        assert turn.text not in known
        assert each.fields["variety"] == turn.meta["variety"]
        assert each.fields["realism"]["probability"] > 0
        assert each.lineage.calls == []
    assert len({each.turns[0].text for each in outcome.kept}) == len(outcome.kept)
    (told,) = outcome.events("candidates")
    assert told["made"] > 12


def test_the_same_seed_makes_the_same_lines(tmp_path: Path) -> None:
    real = _real(tmp_path)
    one, other = (_run(tmp_path, real=real, count=6) for _ in range(2))
    assert [each.turns for each in one.kept] == [each.turns for each in other.kept]


def test_a_model_that_is_often_wrong(tmp_path: Path) -> None:
    """What it says of other matters is taken out; what it says rightly is kept, and told to be its."""
    right = iter([f"my {thing} was gone at the airport" for thing in ("bag", "suitcase", "luggage", "backpack")] * 50)
    wrong = iter(real_lines()["translate"] * 20)
    turns = iter(range(10_000))

    def answer(body: dict[str, Any]) -> str:
        return next(right) if next(turns) % 2 else next(wrong)

    with Scripted(answer) as server:
        outcome = _run(tmp_path, server.url, real=_real(tmp_path), count=10, over=4, shares={"free": 1}, noise=None)
        sent = server.bodies
    assert len(sent) == 40
    assert {turn["content"] for turn in sent[0]["messages"] if turn["role"] == "assistant"} <= set(
        real_lines()["lost_luggage"]
    )
    assert "A bag did not come." in sent[0]["messages"][0]["content"]
    kept = [each for each in outcome.kept if each.fields["verdict"] == "keep"]
    assert kept
    for each in kept:
        assert each.fields["variety"] == "free"
        assert each.turns[0].text.endswith("gone at the airport")
        assert len(each.turns[0].meta["of"]) == 5


def test_lines_of_intents_nearby_are_turned_into_this_one(tmp_path: Path) -> None:
    """A model is shown like lines of both, and given a further one of the other; what it was made of is told."""
    real = real_lines()
    transfer: dict[str, Any] = {"count": 6, "over": 2, "shares": {"transfer": 1}, "noise": None, "dropped": True}

    def answer(body: dict[str, Any]) -> str:
        return f"my suitcase and {body['messages'][-1]['content']}"

    with Scripted(answer) as server:
        outcome = _run(tmp_path, server.url, real=_real(tmp_path), **transfer)
        sent = [[turn["content"] for turn in body["messages"]] for body in server.bodies]
    assert len(sent) == 12
    others = {text for intent, lines in real.items() if intent != "lost_luggage" for text in lines}
    for system, *shown, last in sent:
        assert 'it is about "lost luggage"' in system
        assert "A bag did not come." in system
        assert set(shown[1::2]) == set(real["lost_luggage"][:5])
        assert {*shown[::2], last} <= others
    made = [each for each in outcome.kept if each.fields["variety"] == "transfer"]
    assert made
    for each in made:
        *own, other = each.turns[0].meta["of"]
        assert set(own) == set(real["lost_luggage"][:5])
        assert each.turns[0].text == f"my suitcase and {other}"
    # Each line is of the one answer that it is.
    assert all(len(each.lineage.calls) == 1 for each in made)
    assert len({each.lineage.calls[0] for each in made}) == len(made)


def test_where_nothing_is_near_the_other_sources_make_the_lines(tmp_path: Path) -> None:
    with Scripted(lambda body: "never said") as server:
        outcome = _run(tmp_path, server.url, count=8, over=1, shares={"transfer": 0.5, "template": 0.5}, noise=None)
        assert server.bodies == []
    assert [each.fields["variety"] for each in outcome.kept] == ["template"] * 8


def test_wishes_words_and_slots(tmp_path: Path) -> None:
    (tmp_path / "jargon.txt").write_text("# of the trade\nPIR\ncarousel\n")
    (tmp_path / "guide.txt").write_text("Never swear.\nStay calm.\n")
    (tmp_path / "cities.txt").write_text("rome\nnew york\n")
    with Scripted(
        lambda body: f"the carousel in new york is empty, number {len(body['messages'][-1]['content'])}"
    ) as server:
        outcome = _run(
            tmp_path,
            server.url,
            row={**_ROW, "examples": ["my bag is gone"], "way": "casual"},
            count=4,
            over=1,
            shares={"free": 1},
            wishes={"formality": "{{ way }}", "profile": "a pilot", "escalation": "the desk", "mood": "{{ '' }}"},
            lexicons={"trade": tmp_path / "jargon.txt"},
            style=[tmp_path / "guide.txt"],
            gazetteers={"city": tmp_path / "cities.txt"},
            slots=["city"],
        )
        (system, *_, last) = server.bodies[0]["messages"]
    for said in ("in a casual way", "a pilot", "passed on to the desk", "PIR", "Never swear. Stay calm."):
        assert said in system["content"]
    assert "mood" not in system["content"]
    assert "city rome" in last["content"] or "city new york" in last["content"]
    for each in outcome.kept:
        assert each.fields["lexicons"] == {"trade": ["carousel"]}
        (slot,) = each.turns[0].slots
        assert (slot.name, slot.value) == ("city", "new york")
        assert not broken_spans(each.turns[0].text, each.turns[0].slots)


def test_a_line_without_a_required_slot_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "cities.txt").write_text("rome\n")
    with Scripted(lambda body: "my bag is gone") as server:
        outcome = _run(
            tmp_path,
            server.url,
            row={**_ROW, "examples": ["where is my bag"]},
            count=2,
            over=1,
            shares={"free": 1},
            gazetteers={"city": tmp_path / "cities.txt"},
            slots=["city"],
        )
    assert outcome.kept == []
    assert "none holds" in outcome.reasons[0]


def test_negatives_come_labelled(tmp_path: Path) -> None:
    outcome = _run(
        tmp_path, real=_real(tmp_path), count=3, negatives={"near_miss": 2, "out_of_scope": 2, "contrast": 2}
    )
    found = Counter(each.fields["variety"] for each in outcome.kept if each.fields["verdict"] == "negative")
    assert found == {"negative:near_miss": 2, "negative:out_of_scope": 2, "negative:contrast": 2}
    assert all(
        (each.turns[0].intent != "lost_luggage") == (each.fields["verdict"] == "negative") for each in outcome.kept
    )


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"shares": {"fre": 1}}, "shares.fre"),
        ({"negatives": {"nearmiss": 1}}, "negatives.nearmiss"),
        ({"slots": ["city"]}, "slots"),
        ({"shares": {"free": 0}}, "shares"),
        ({"noise": {"typpo": 0.5}}, "noise"),
        ({"lexicons": {"trade": "not-there.txt"}}, "lexicons.trade"),
    ],
)
def test_mistakes_are_found_before_the_first_call(fields: dict[str, Any], place: str) -> None:
    made = recipe("http://127.0.0.1:9/v1", [dict(_ROW)]).add("line", "utterances", **fields)
    with pytest.raises(dialoom.DialoomError) as raised:
        check(made)
    problems = getattr(raised.value, "problems", [raised.value])
    assert any(place in str(each) for each in problems), problems


def test_the_shipped_recipe_without_a_model(tmp_path: Path) -> None:
    shipped = Path(dialoom.__file__).parent / "recipes" / "rare-utterances.yaml"
    made = dialoom.load_recipe(shipped, {"nodes.line.model": "null"})
    outcome = run(made, tmp_path)
    intents = Counter(each.turns[0].intent for each in outcome.kept)
    assert set(intents) == {"lost_luggage", "card_swallowed"}
    assert min(intents.values()) >= 4
