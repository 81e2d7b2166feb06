"""`converse` turn by turn: casts of parts, one writer, free order, and how talks end."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dialoom.nodes._ending import goes_in_circles, said_again
from dialoom.nodes._order import addressed
from tests.models.scripted import Body, Scripted
from tests.nodes.running import Outcome, recipe, run, wrong
from tests.support.fault_server import FaultServer

PEOPLE = [{"name": "Ann", "description": "a guest"}, {"name": "Ben", "description": "a porter"}, {"name": "Cid"}]
LINES = iter(range(10_000))


def fresh(body: Body) -> str:
    """Each time something else is said."""
    number = next(LINES)
    return f"This is thing {number} of {number * 7} and {number * 13} others."


def conversed(folder: Path, model: Any, people: int = 2, **fields: Any) -> Outcome:
    made = recipe(model, [{"topic": "a lost key", "personas": PEOPLE[:people]}])
    return run(made.add("dialogue", "converse", **fields), folder)


def test_a_writer_sees_the_whole_talk_and_everyone(tmp_path: Path) -> None:
    with Scripted(fresh) as server:
        outcome = conversed(tmp_path, server.url, 3, mode="writer", turns=6)
        first, *_, last = [body["messages"] for body in server.bodies]
    assert outcome.only.speakers() == ["Ann", "Ben", "Cid"]
    assert len(outcome.only.turns) == 6
    assert first[0] == last[0]
    assert "Ann: a guest" in first[0]["content"]
    assert "Ben: a porter" in first[0]["content"]
    asked = last[-1]["content"]
    assert all(f"{turn.speaker}: {turn.text}" in asked for turn in outcome.only.turns[:5])
    assert asked.endswith("What Cid says next:")
    assert "What Ann says first:" in first[-1]["content"]


def test_each_of_three_agents_has_its_own_model_and_sight(tmp_path: Path) -> None:
    with Scripted(fresh) as one, Scripted(fresh) as other:
        made = recipe(one.url, [{"topic": "a lost key", "personas": PEOPLE}])
        made.models["b"] = recipe(other.url).models["writer"]
        cast = {"Ben": "b", "third": {"kind": "agent", "system": "Be {{ me.name }}, and laugh."}}
        outcome = run(made.add("dialogue", "converse", mode="agents", turns=6, cast=cast), tmp_path)
        assert (len(one.bodies), len(other.bodies)) == (4, 2)
        systems = {body["messages"][0]["content"].split("\n")[0] for body in one.bodies}
        heard = other.bodies[1]["messages"]
    assert systems == {"You are Ann: a guest", "Be Cid, and laugh."}
    assert "guest" not in str(heard)
    # With more than two, who said what is told.
    turns = outcome.only.turns
    assert f"Cid: {turns[2].text}\nAnn: {turns[3].text}" in heard[-1]["content"]


def test_whoever_is_addressed_speaks_next(tmp_path: Path) -> None:
    def says(body: Body) -> str:
        me = body["messages"][0]["content"]
        return fresh(body) + (" What do you think, Cid?" if me.startswith("You are Ann") else "")

    with Scripted(says) as server:
        outcome = conversed(tmp_path, server.url, 3, mode="agents", turns=20, order="free")
        again = conversed(tmp_path, server.url, 3, mode="agents", turns=20, order="free")
    order = [turn.speaker for turn in outcome.only.turns]
    pairs = list(pairwise(order))
    assert {after for before, after in pairs if before == "Ann"} == {"Cid"}
    assert {after for before, after in pairs if before == "Cid"} == {"Ann", "Ben"}
    assert order == [turn.speaker for turn in again.only.turns]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Ben, where is it?", "Ben"),
        ("Where is it, Mary Ann?", "Mary Ann"),
        ("Thank you, Mary. Bye.", "Mary Ann"),
        ("Ben told me so.", None),
        ("I saw Ben there.", None),
        ("Ben, ask her. Or you, Mary?", "Mary Ann"),
        ("A benefit, surely.", None),
    ],
)
def test_who_is_addressed(text: str, who: str | None) -> None:
    assert addressed(text, ["Ben", "Mary Ann"]) == who


def test_a_script_of_three_and_its_grammar(tmp_path: Path) -> None:
    text = "\n".join(f"{name}: Here is {n}." for n, name in enumerate(["Ann", "Ben", "Cid"] * 2))
    for order, heads in (("round_robin", 2), ("free", 6)):
        with Scripted(lambda body: text, owned_by="llamacpp") as server:
            outcome = conversed(tmp_path, server.url, 3, turns=6, order=order)
            root = server.bodies[0]["grammar"].splitlines()[0]
        assert root.count('Cid: "') == heads
        assert outcome.only.speakers() == ["Ann", "Ben", "Cid"]


def test_a_talk_that_goes_in_circles_ends(tmp_path: Path) -> None:
    spoken = ["My key to room nine is lost.", "Have you looked in the room itself?", "I did look there, it is gone."]
    said = [*spoken, "Have you looked in the room itself then?", "My key to room nine is lost!", *spoken]

    turns = iter(said)
    with Scripted(lambda body: next(turns)) as server:
        outcome = conversed(tmp_path, server.url, mode="agents", turns="2..8")
        assert len(server.bodies) == 5
    (event,) = outcome.events("the talk ended")
    assert (event["by"], event["turns"], event["left_out"]) == ("repetition", 3, 2)
    assert [turn.text for turn in outcome.only.turns] == said[:3]


def test_what_is_said_again() -> None:
    assert said_again("My key to room nine is lost.", "my key to room nine is lost!")
    assert not said_again("Yes, please.", "Yes, please.")
    assert not said_again("My key to room nine is lost.", "Have you looked for it in the lobby?")
    assert not goes_in_circles([])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cast": {"Bob": "writer"}}, "no speaker is called 'Bob'"),
        ({"cast": {"Ann": {"kind": "usr"}}}, "no part is called 'usr' (did you mean 'user'?)"),
        ({"cast": {"Ann": {"kind": "user", "gaol": "x"}}}, "cast.Ann.gaol: unknown field 'gaol'"),
        ({"cast": {"Ann": "wrtier"}}, "no model is called 'wrtier' (did you mean 'writer'?)"),
        ({"cast": {"Ann": {"kind": "agent", "system": "{{ nobody }}"}}}, "reads 'nobody'"),
        ({"cast": {"Ann": "writer"}, "mode": "script"}, "a script is written in one call"),
    ],
)
def test_wrong_casts_are_known_before(fields: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in wrong(**{"mode": "agents", "speakers": ["Ann", "Ben"], **fields})


def test_parts_are_in_the_content_hash(tmp_path: Path) -> None:
    def hashed(**part: Any) -> str:
        made = recipe("http://127.0.0.1:9/v1#m")
        cast = {"Ann": {"kind": "user", **part}}
        return made.add("d", "converse", mode="agents", speakers=["Ann", "Ben"], cast=cast).content_hash()

    assert hashed(goal="a key") != hashed(goal="a room")
    assert hashed(goal="a key") == hashed(goal="a key")


def test_turn_by_turn_on_the_fault_server(tmp_path: Path) -> None:
    with FaultServer() as server:
        for mode in ("agents", "writer"):
            outcome = conversed(tmp_path, server.url, 3, mode=mode, turns=5, order="free")
            assert len(outcome.only.turns) == 5


def test_examples_are_earlier_turns_of_whoever_is_at_the_same_place(tmp_path: Path) -> None:
    turns = [
        {"speaker": "C", "text": "I lost it."},
        {"speaker": "D", "text": "Where?"},
        {"speaker": "C", "text": "Here."},
    ]
    rows = [{"id": "x1", "topic": "a hat", "dialogue": {"turns": turns}}]
    with Scripted(fresh) as server:
        outcome = conversed(tmp_path, server.url, mode="agents", turns=4, examples={"rows": rows, "take": 1})
        ann, ben = (body["messages"][1:] for body in server.bodies[:2])
    assert [(m["role"], m["content"]) for m in ann] == [
        ("user", "(A talk: a hat. You are C.)"),
        ("assistant", "I lost it."),
        ("user", "Where?"),
        ("assistant", "Here."),
        ("user", "(Now another talk: a lost key. You are Ann.)\n(You speak first.)"),
    ]
    assert [m["role"] for m in ben] == ["user", "assistant", "user"]
    assert ben[1]["content"] == "Where?"
    assert "You are Ben.)" in ben[2]["content"]
    assert outcome.only.turns[0].text in ben[2]["content"]
    assert outcome.only.lineage.examples == ["x1"]
    # A system message that shows them itself shows them once.
    with Scripted(fresh) as server:
        own = "{{ shown | join }} Be {{ me.name }}."
        conversed(tmp_path, server.url, mode="agents", turns=4, examples={"rows": rows, "take": 1}, system=own)
        first = server.bodies[0]["messages"]
    assert [m["role"] for m in first] == ["system", "user"]
    assert "C: I lost it." in first[0]["content"]


def test_a_cast_beside_weights_of_several_models(tmp_path: Path) -> None:
    with FaultServer() as server:
        made = recipe(server.url, [{"topic": "rain"}])
        made.add(
            "dialogue", "converse", mode="agents", model={"writer": 1}, turns=3, speakers=["P", "Q"],
            cast={"first": {"kind": "user", "goal": "{{ topic }}"}},
        )  # fmt: skip
        outcome = run(made, tmp_path)
    assert len(outcome.kept) == 1, outcome.reasons
