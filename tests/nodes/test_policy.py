"""Talks along a policy: who speaks, the acts, what is told, and how far they stray from the policy."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue.formats import read_dialogues
from dialoom.dialogue.policy import Walks, bigrams_of, divergence, expected_bigrams, learn_policy, write_policy
from tests.models.scripted import Body, Scripted
from tests.nodes.running import recipe, run, wrong
from tests.quality.real import data_folder
from tests.support.fault_server import FaultServer

CALL: dict[str, Any] = {
    "speakers": ["caller", "agent"],
    "states": {
        "open": {"by": "caller", "acts": ["greet", "inform"], "say": "Greet, and name the {{ topic }}.", "next": "ask"},
        "ask": {"by": "agent", "acts": ["request"], "next": {"answer": 3, "bye": 1}},
        "answer": {"by": "caller", "acts": ["inform"], "next": ["ask", "bye"]},
        "bye": {"by": "agent", "acts": ["goodbye"], "next": "end"},
    },
}
NAMED: dict[str, Any] = {"speakers": ["Ann", "Ben"], "turns": "4..6"}


@pytest.mark.parametrize("mode", ["agents", "writer"])
def test_turns_have_the_acts_and_are_told_them(tmp_path: Path, mode: str) -> None:
    with FaultServer() as server:
        made = recipe(server.url, [{"topic": f"key {n}"} for n in range(8)])
        outcome = run(made.add("dialogue", "converse", mode=mode, policy=CALL, **NAMED), tmp_path)
        sent = [each["body"]["messages"][-1]["content"] for each in server.requests()]
    assert len(outcome.kept) == 8
    for dialogue in outcome.kept:
        states = [turn.meta["state"] for turn in dialogue.turns]
        assert states[0] == "open"
        assert states[-1] == "bye"
        assert 4 <= len(states) <= 6
        for turn in dialogue.turns:
            assert turn.acts == CALL["states"][turn.meta["state"]]["acts"]
            assert turn.speaker == {"caller": "Ann", "agent": "Ben"}[CALL["states"][turn.meta["state"]]["by"]]
        for before, after in pairwise(states):
            assert after in CALL["states"][before]["next"] or after == CALL["states"][before]["next"]
    assert sum("Greet, and name the key 3." in told for told in sent) == 1
    assert any("Ask for one piece of information that you need." in told for told in sent)
    assert {e["by"] for e in outcome.events("the talk ended")} == {"policy"}


def test_roles_and_positions(tmp_path: Path) -> None:
    for given in ({"roles": {"caller": "Ben"}}, {"roles": {"agent": "first", "caller": "second"}}):
        with FaultServer() as server:
            made = recipe(server.url)
            outcome = run(made.add("dialogue", "converse", mode="agents", policy={**CALL, **given}, **NAMED), tmp_path)
        assert outcome.only.turns[0].speaker == "Ben"


def outlined(body: Body) -> str:
    """A script that heeds its outline."""
    lines = [line.split(". ", 1)[1] for line in body["messages"][-1]["content"].splitlines() if line[:1].isdigit()]
    return "\n".join(line.split(" ")[0] + " Well, that is so." for line in lines)


def test_a_script_follows_its_outline_or_costs_the_candidate(tmp_path: Path) -> None:
    for prompt in ({}, {"prompt": "Write {{ turns }} turns."}):
        with Scripted(outlined, owned_by="llamacpp") as server:
            outcome = run(recipe(server.url).add("dialogue", "converse", policy=CALL, **prompt, **NAMED), tmp_path)
            asked, grammar = server.prompts[0], server.bodies[0]["grammar"].splitlines()[0]
        assert "1. Ann: Greet, and name the lost luggage." in asked
        turns = outcome.only.turns
        assert (turns[0].acts, turns[-1].acts) == (["greet", "inform"], ["goodbye"])
        assert grammar.count(": ") == len(turns)
    with Scripted(lambda body: "Ann: Hello.\nBen: Bye.") as server:
        outcome = run(recipe(server.url).add("dialogue", "converse", policy=CALL, **NAMED), tmp_path)
    assert "the script has 2 turns, and the policy's walk" in outcome.reasons[0]


def test_an_empty_turn_is_asked_for_again(tmp_path: Path) -> None:
    numbers = iter(range(100))
    with Scripted(lambda body: "" if next(numbers) % 2 == 0 else "Well, so it is.") as server:
        outcome = run(recipe(server.url).add("dialogue", "converse", mode="agents", policy=CALL, **NAMED), tmp_path)
    assert all(turn.text for turn in outcome.only.turns)
    with Scripted(lambda body: "") as server:
        outcome = run(recipe(server.url).add("dialogue", "converse", mode="agents", policy=CALL, **NAMED), tmp_path)
    assert "said nothing at turn 1, 3 times" in outcome.reasons[0]


def changed(**fields: Any) -> dict[str, Any]:
    return {**CALL, **fields}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"policy": changed(start={"opne": 1})}, "policy.start.opne: no state is called 'opne' (did you mean 'open'?)"),
        ({"policy": changed(roles={"caler": "Ann"})}, "no speaker of the policy is called 'caler'"),
        ({"policy": changed(roles={"caller": "Bob"})}, "no speaker is called 'Bob'"),
        ({"policy": changed(speakers=["caller", "agent", "boss"])}, "the policy has 3 speakers"),
        ({"turns": 2}, "no walk of the policy has 2 turns (its walks have 3, 4, 5"),
        ({"policy": {"file": "no.yaml"}}, "no.yaml"),
        ({"policy": {}}, "give either 'file' or 'states'"),
        ({"steer": [{"kind": "length", "turns": "4..5"}]}, "does not go with a policy"),
        ({"order": "free"}, "there is no free 'order'"),
        ({"policy": {"states": {"a": {"by": "Ann", "say": "{{ nobody }}", "next": "end"}}}, "turns": 1}, "'nobody'"),
        ({"policy": {"states": {"a": {"by": "Ann", "say": "{{ x", "next": "end"}}}, "turns": 1}, "does not parse"),
    ],
)
def test_wrong_policies_are_known_before(fields: dict[str, Any], words: str) -> None:
    assert words in wrong(**{"mode": "agents", "policy": CALL, **NAMED, **fields})


@pytest.mark.skipif(not (data_folder() / "sgd").is_dir(), reason="the SGD files are not here")
def test_five_hundred_talks_over_a_policy_learnt_from_sgd(tmp_path: Path) -> None:
    real = list(read_dialogues(data_folder() / "sgd", "sgd"))
    learnt = learn_policy(real)
    write_policy(learnt.policy, tmp_path / "sgd.yaml")
    turns = f"{learnt.shortest}..{learnt.longest}"
    with FaultServer(keep_log=False) as server:
        made = recipe(server.url, [{"topic": f"request {n}"} for n in range(500)])
        file = str(tmp_path / "sgd.yaml")
        made.add("dialogue", "converse", mode="writer", speakers=["Ana", "Desk"], turns=turns, policy=file)
        outcome = run(made, tmp_path)
    assert len(outcome.kept) == 500
    seen = bigrams_of(real)
    made_bigrams = bigrams_of(outcome.kept)
    assert made_bigrams.keys() <= seen.keys()
    expected = expected_bigrams(Walks(learnt.policy, learnt.shortest, learnt.longest))
    # To base 2. The distance of 500 walks is at the edge of 0.05 by sampling alone: the benchmark tells.
    assert divergence(made_bigrams, expected) < 0.005
    assert divergence(made_bigrams, seen) < 0.01
