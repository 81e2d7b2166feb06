"""`converse`: a script in one call, or two agents who answer each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.models.scripted import Body, Scripted, one_after_other
from tests.nodes.running import Outcome, recipe, run
from tests.support.fault_server import FaultServer

PEOPLE = [{"name": "Ann", "age": 40}, {"name": "Ben", "description": "a porter"}]
SEEDS = [{"topic": f"topic {n}", "personas": PEOPLE} for n in range(30)]


def talk(*texts: str) -> str:
    return "\n".join(f"{('Ann', 'Ben')[n % 2]}: {text}" for n, text in enumerate(texts))


GOOD = talk("My bag is lost.", "Which flight was it on?", "The one from Oslo.", "We will find it, goodbye.")
POOR = talk("My bag is lost.", "My bag is lost.", "My bag is lost.", "My bag is")


def conversed(folder: Path, model: Any, source: Any = None, **fields: Any) -> Outcome:
    return run(recipe(model, source or SEEDS[:1]).add("dialogue", "converse", **fields), folder)


def test_a_script(tmp_path: Path) -> None:
    with FaultServer() as server:
        outcome = conversed(tmp_path, server.url, SEEDS, turns="6")
        sent = [each["body"] for each in server.requests()]
    assert len(outcome.kept) == 30
    for dialogue in outcome.kept:
        assert [turn.speaker for turn in dialogue.turns] == ["Ann", "Ben"] * 3
        assert dialogue.lineage.path == ["dialogue"]
    assert all("6 turns" in body["messages"][-1]["content"] for body in sent)
    assert "Ann, 40" in sent[0]["messages"][-1]["content"]
    assert "Ben: a porter" in sent[0]["messages"][-1]["content"]


def test_a_grammar_where_it_is_taken(tmp_path: Path) -> None:
    for owner, taken in (("llamacpp", True), ("openai", False)):
        with Scripted(lambda body: GOOD, owned_by=owner) as server:
            conversed(tmp_path, server.url, turns=4)
            assert ("grammar" in server.bodies[0]) is taken
    # `turns` lines that begin with the speakers in turn.
    with Scripted(lambda body: GOOD, owned_by="llamacpp") as server:
        conversed(tmp_path, server.url, turns=4)
        root = server.bodies[0]["grammar"].splitlines()[0]
    assert (root.count("Ann: "), root.count("Ben: ")) == (2, 2)
    assert root.index("Ann: ") < root.index("Ben: ")


@pytest.mark.parametrize(
    ("turns", "duration", "numbers"),
    [
        ("6..14", "short", range(6, 9)),
        ("6..14", "medium", range(9, 12)),
        ("6..14", "long", range(12, 15)),
        ("6..14", "who knows", range(6, 15)),
        ("6..8", "long", range(8, 9)),
        ("6..7", "medium", range(6, 7)),
        ("6..9", "long", range(8, 10)),
        (6, "long", range(6, 7)),
        (6, "short", range(6, 7)),
    ],
)
def test_turns_follow_the_plans_duration(tmp_path: Path, turns: Any, duration: str, numbers: range) -> None:
    source = [{**seed, "plan": {"duration": duration}} for seed in SEEDS]
    with Scripted(lambda body: GOOD) as server:
        conversed(tmp_path, server.url, source, turns=turns, prompt="{{ turns }} by {{ speakers | join }} {{ topic }}")
        asked = {int(prompt.split()[0]) for prompt in server.prompts}
    assert asked <= set(numbers)
    assert len(asked) == len(numbers) or len(numbers) > 5


def example(number: int) -> dict[str, Any]:
    turns = [{"speaker": "Cid", "text": f"hello {number}"}, {"speaker": "Dee", "text": "bye"}]
    return {"topic": f"t{number}", "dialogue": {"turns": turns}, "id": f"x{number}"}


def test_examples_are_earlier_turns(tmp_path: Path) -> None:
    rows = [example(number) for number in range(6)]
    with Scripted(lambda body: GOOD) as server:
        outcome = conversed(tmp_path, server.url, SEEDS, turns=4, examples={"rows": rows, "take": 2})
        bodies = list(server.bodies)
    draws = set()
    for body in bodies:
        roles = [message["role"] for message in body["messages"]]
        assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
        asked, said = (message["content"] for message in body["messages"][1:3])
        assert said.startswith("Cid: hello ")
        assert f"Topic: t{said.split()[2]}" in asked
        assert "Speakers: Cid and Dee" in asked
        assert "in 2 turns" in asked
        draws.add(said)
    assert len(draws) == 6
    assert {name for dialogue in outcome.kept for name in dialogue.lineage.examples} == {row["id"] for row in rows}


def test_the_best_candidate_is_kept(tmp_path: Path) -> None:
    rules = ["turns >= 4", "alternates", "not loop", "ends_properly"]
    with Scripted(one_after_other(POOR, GOOD, POOR)) as server:
        outcome = conversed(tmp_path, server.url, turns=4, candidates=5, rules=rules)
        # The first that meets all rules ends the search.
        assert len(server.bodies) == 2
    assert outcome.only.script() == GOOD
    assert outcome.events("chosen among candidates") == [{"tried": 2, "chosen": 1, "scores": [0.5, 1.0], "reasons": []}]
    assert len(outcome.only.lineage.calls) == 2


def test_where_none_is_good_the_least_bad_is_kept(tmp_path: Path) -> None:
    with Scripted(one_after_other(talk("a"), POOR, talk("a", "b"))) as server:
        outcome = conversed(tmp_path, server.url, turns=4, candidates=3, rules=["turns >= 4", "turns >= 9"])
        assert len(server.bodies) == 3
    assert outcome.only.script() == POOR
    (event,) = outcome.events("chosen among candidates")
    assert (event["tried"], event["chosen"], event["scores"]) == (3, 1, [0.0, 0.5, 0.0])
    assert event["reasons"] == ["turns >= 9: turns is 4"]


def test_no_turn_at_all(tmp_path: Path) -> None:
    with Scripted(lambda body: "I cannot write that.") as server:
        outcome = conversed(tmp_path, server.url, candidates=2)
    assert "the model wrote no turn by Ann or Ben" in outcome.reasons[0]


@pytest.mark.parametrize(
    "personas", [[], "Ann", [{"name": "Ann"}], [{"name": "Ann"}, {"name": "ANN"}], [{"n": 1}, {"n": 2}]]
)
def test_two_speakers_are_needed(tmp_path: Path, personas: Any) -> None:
    with Scripted(lambda body: GOOD) as server:
        outcome = conversed(tmp_path, server.url, [{"topic": "x", "personas": personas}])
        assert not server.bodies
    assert "two speakers with different names" in outcome.reasons[0]


def says(*lines: str) -> Callable[[Body], str]:
    """An agent that says its lines in turn, told by how often it has spoken."""
    return lambda body: lines[min(sum(m["role"] == "assistant" for m in body["messages"]), len(lines) - 1)]


def agents(folder: Path, first: Scripted, second: Scripted, **fields: Any) -> Outcome:
    made = recipe(first.url, [{**SEEDS[0], "plan": {"duration": "long"}}])
    made.models |= recipe(second.url).models | {
        "b": recipe(second.url).models["writer"],
        "a": recipe(first.url).models["writer"],
    }
    made.add("dialogue", "converse", mode="agents", cast={"first": "a", "second": "b"}, **fields)
    return run(made, folder)


def test_two_agents_see_each_other(tmp_path: Path) -> None:
    with (
        Scripted(says("Ann: My bag is lost.", "From Oslo.", "Fine.")) as ann,
        Scripted(says("Where from?", "I see.")) as ben,
    ):
        outcome = agents(tmp_path, ann, ben, turns=5)
        heard = [[(m["role"], m["content"]) for m in body["messages"]] for body in (*ann.bodies, *ben.bodies)]
    assert outcome.only.script() == ("Ann: My bag is lost.\nBen: Where from?\nAnn: From Oslo.\nBen: I see.\nAnn: Fine.")
    first_of_ann, second_of_ann, _, first_of_ben, second_of_ben = heard
    assert first_of_ann[0][1].startswith("You are Ann, 40")
    assert "with Ben" in first_of_ann[0][1]
    assert first_of_ben[0][1].startswith("You are Ben: a porter")
    assert [role for role, _ in first_of_ann] == ["system", "user"]
    assert second_of_ann[2:4] == [("assistant", "My bag is lost."), ("user", "Where from?")]
    assert first_of_ben[1:] == [("user", "My bag is lost.")]
    assert second_of_ben[2] == ("assistant", "Where from?")
    assert "last turn" in second_of_ben[-1][1]
    assert outcome.events("the talk ended") == [{"by": "length", "turns": 5, "candidate": 0}]


@pytest.mark.parametrize(
    ("ann", "ben", "by", "turns"),
    [
        (["Hi.", "Thanks, goodbye! <end>"], ["Hello."], "mark", 3),
        (["Hi.", "Thanks. Goodbye!"], ["Hello.", "Take care, bye!"], "farewell", 4),
        (["Hi. <end>"], ["No. <end>"], "mark", 2),
        (["Hi.", "Well."], ["Hello.", "Yes."], "length", 8),
    ],
)
def test_how_a_talk_ends(tmp_path: Path, ann: list[str], ben: list[str], by: str, turns: int) -> None:
    with Scripted(says(*ann)) as first, Scripted(says(*ben)) as second:
        outcome = agents(tmp_path, first, second, turns="2..8", candidates=1)
    (event,) = outcome.events("the talk ended")
    longest = event["turns"] if by == "length" else turns
    assert (event["by"], event["turns"], len(outcome.only.turns)) == (by, longest, longest)
    assert "<end>" not in outcome.only.script()


def test_one_model_plays_both(tmp_path: Path) -> None:
    with Scripted(says("One.", "Two.", "Three.")) as server:
        outcome = conversed(tmp_path, server.url, mode="agents", turns=4, speakers=["Cid", "Dee"])
        assert len(server.bodies) == 4
    assert outcome.only.speakers() == ["Cid", "Dee"]
