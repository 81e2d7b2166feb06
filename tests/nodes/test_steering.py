"""Steering: each hook strikes where it should, is told to the right speaker, and stands in the lineage."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dialoom.nodes._director import cut_short
from dialoom.nodes.steering import HOOKS
from tests.models.scripted import Body, Scripted
from tests.nodes.running import Outcome, recipe, run, wrong
from tests.support.fault_server import FaultServer

PEOPLE = [{"name": "Ann"}, {"name": "Ben"}]
NUMBERS = iter(range(100_000))


def fresh(body: Body) -> str:
    number = next(NUMBERS)
    return f"Here is thing {number} of {number * 7}, and of {number * 13} others."


def steered(folder: Path, model: Any, *hooks: Any, records: int = 1, **fields: Any) -> Outcome:
    source = [{"topic": f"key {n}", "personas": PEOPLE} for n in range(records)]
    given = {"mode": "agents", "turns": 8, **fields}
    return run(recipe(model, source).add("dialogue", "converse", steer=list(hooks), **given), folder)


def events(outcome: Outcome, what: str = "steered") -> list[dict[str, Any]]:
    return [e.detail for d in outcome.kept for e in d.lineage.events if e.what == what]


def test_all_hooks_are_found() -> None:
    known = {"length", "change_of_mind", "interruption", "topic_shift", "escalation", "inject"}
    assert set(HOOKS.names()) == known
    assert all(HOOKS.load(name).model_fields["kind"].default == name for name in known)


def test_an_instruction_goes_to_one_speaker_at_its_turn(tmp_path: Path) -> None:
    hook = {"kind": "inject", "say": "Name the {{ topic }}.", "turns": 4}
    with Scripted(fresh) as server:
        outcome = steered(tmp_path, server.url, hook)
        told = [n for n, body in enumerate(server.bodies, 1) if "(Name the key 0.)" in str(body["messages"])]
    assert told == [4]
    assert events(outcome) == [
        {"hook": "inject", "turn": 4, "speaker": "Ben", "instruction": "Name the key 0.", "candidate": 0}
    ]


def test_an_instruction_when_something_was_said(tmp_path: Path) -> None:
    hook = {"kind": "inject", "say": "Ask again.", "by": "Ann", "times": 2, "if": "said and 'lift' in said[-1].text"}
    with Scripted(lambda body: fresh(body) + (" Take the lift." if len(body["messages"]) > 3 else "")) as server:
        outcome = steered(tmp_path, server.url, hook)
    # From turn 3 on; Ann hears Ben say it at turns 5 and 7.
    assert [(e["turn"], e["speaker"]) for e in events(outcome)] == [(5, "Ann"), (7, "Ann")]


@pytest.mark.parametrize("mode", ["agents", "writer", "script"])
def test_an_interruption_is_cut_and_cut_into(tmp_path: Path, mode: str) -> None:
    script = "\n".join(f"{'Ann' if n % 2 else 'Ben'}: Here is thing {n}, and it is long enough." for n in range(1, 9))
    with Scripted(lambda body: script if mode == "script" else fresh(body)) as server:
        outcome = steered(tmp_path, server.url, {"kind": "interruption", "by": "Ann", "turns": "3..5"}, mode=mode)
    cut, into = events(outcome)
    (whole,) = events(outcome, "cut short")
    assert (cut["speaker"], into["speaker"], into["turn"]) == ("Ann", "Ben", cut["turn"] + 1)
    turn = outcome.only.turns[cut["turn"] - 1]
    assert turn.text.endswith(" —")
    assert whole["whole"].startswith(turn.text.removesuffix(" —"))
    assert sum("—" in each.text for each in outcome.only.turns) == 1
    if mode == "script":
        assert f"{cut['turn']}. Ann: Break off" in server.prompts[-1]


def test_anger_rises_from_turn_to_turn(tmp_path: Path) -> None:
    with Scripted(fresh) as server:
        outcome = steered(tmp_path, server.url, {"kind": "escalation", "by": "second", "steps": ["A!", "B!", "C!"]})
    found = [(e["turn"], e["speaker"], e["instruction"]) for e in events(outcome)]
    start = found[0][0]
    assert found == [(start + 2 * n, "Ben", step) for n, step in enumerate(["A!", "B!", "C!"])]


def test_a_length_keeps_going_and_closes(tmp_path: Path) -> None:
    def says(body: Body) -> str:
        told = body["messages"][-1]["content"]
        ends = "Bring the talk to its end" in told or ("Do not end" not in told and len(body["messages"]) > 3)
        return fresh(body) + (" Goodbye! <end>" if ends else "")

    with Scripted(says) as server:
        plain = steered(tmp_path, server.url, turns="2..20")
        longer = steered(tmp_path, server.url, {"kind": "length", "turns": "8..12"}, turns="2..20")
    assert len(plain.only.turns) < 8 <= len(longer.only.turns) <= 12
    assert {e["hook"] for e in events(longer)} == {"length"}
    assert any("Do not end the talk yet" in e["instruction"] for e in events(longer))


def test_chance_and_quota(tmp_path: Path) -> None:
    for quota, allowed in ((False, range(5, 26)), (True, range(11, 14))):
        with FaultServer() as server:
            hook = {"kind": "topic_shift", "chance": 0.3, "quota": quota, "to": ["the {{ topic }}", "the weather"]}
            outcome = steered(tmp_path, server.url, hook, records=40, turns=4)
        found = events(outcome)
        assert len(found) in allowed
        assert {e["turn"] for e in found} <= {2, 3, 4}
        assert len(Counter(e["instruction"].split()[-1].strip(".") for e in found)) > 2


def test_the_same_seed_steers_the_same(tmp_path: Path) -> None:
    hooks = ["change_of_mind", "interruption", "topic_shift", "escalation"]
    with FaultServer() as server:
        one, other = (steered(tmp_path, server.url, *hooks, records=3) for _ in range(2))
    assert events(one) == events(other)
    assert {e["hook"] for e in events(one)} == set(hooks)


def test_what_had_no_turn_is_noted(tmp_path: Path) -> None:
    with Scripted(lambda body: fresh(body) + " <end>") as server:
        late = {"kind": "inject", "say": "x", "turns": "3..20"}
        outcome = steered(tmp_path, server.url, late, {"kind": "inject", "say": "y", "by": "Bob"}, turns="2..20")
    missed = [e["why"] for e in events(outcome, "not steered")]
    assert missed == ["no speaker is called 'Bob'", "the talk ended before its turn"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steer": ["interuption"]}, "no steering hook is called 'interuption' (did you mean 'interruption'?)"),
        ({"steer": [{"kind": "length", "turns": "6..8"}], "mode": "script"}, "'length' does not apply in mode script"),
        ({"steer": [{"kind": "inject", "say": "x", "if": "said"}], "mode": "script"}, "steer[0].if"),
        ({"steer": [{"kind": "inject", "say": "x", "turns": "15..16"}]}, "its window begins at turn 15"),
        ({"steer": [{"kind": "escalation", "by": "Anne"}]}, "no speaker is called 'Anne' (did you mean 'Ann'?)"),
        ({"steer": [{"kind": "inject", "say": "{{ nobody }}"}]}, "steer[0].say: the template reads 'nobody'"),
        ({"steer": [{"kind": "topic_shift", "chance": 2}]}, "steer[0].chance"),
        ({"steer": [{"kind": "length", "turns": "4..30"}]}, "let the node's 'turns' hold this band"),
        ({"steer": ["topic_shift"], "mode": "script", "order": "free"}, "cannot be steered"),
    ],
)
def test_wrong_steering_is_known_before(fields: dict[str, Any], words: str) -> None:
    assert words in wrong(**{"mode": "agents", "speakers": ["Ann", "Ben"], "turns": "6..10", **fields})


@pytest.mark.parametrize(
    "text", ["One two three four five six.", "Yes.", "Well, no", "So I said —", "一二三 四五六 七"]
)
def test_a_cut_text_is_a_start_of_it(text: str) -> None:
    for share in (0.0, 0.4, 0.8, 1.0):
        cut = cut_short(text, share)
        assert cut.endswith("—")
        assert text.startswith(cut.removesuffix("—").rstrip())
