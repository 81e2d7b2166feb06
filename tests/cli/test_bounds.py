"""Bounds at the command line: what is told, how often, and in whose words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Dialoom
from tests.support.fault_server import FaultServer


@pytest.fixture(autouse=True)
def well(server: FaultServer) -> None:
    server.reset(status_for=[], latency=0.0)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (["--budget", "monney=5"], "error: --budget monney: unknown field 'monney' (did you mean 'money'?)"),
        (["--budget", "calls=many"], "error: --budget calls: expected an integer, got 'many'"),
        (["--budget", "money=.nan"], "error: --budget money: expected a finite number"),
        (["--budget", "money=5"], "error: --budget money: a budget of money cannot be held"),
        (["--set", "bounds.budget.monney=5"], "error: --set, bounds.budget.monney: unknown field"),
    ],
)
def test_errors_speak_of_the_option_that_was_given(
    recipe: Path, dialoom: Dialoom, given: list[str], place: str
) -> None:
    ended = dialoom("run", recipe, *given)
    assert ended.code == 2
    assert place in ended.err
    assert ("--set" in ended.err) is (given[0] == "--set")


@pytest.mark.parametrize("given", [["--budget", "calls=3"], ["--set", "quality.rules=[turns > 99]", "--target", "4"]])
def test_why_a_run_stopped_is_told_once(recipe: Path, dialoom: Dialoom, given: list[str]) -> None:
    ended = dialoom("run", recipe, "--out", "r", *given)
    assert ended.code == 10
    why = "is spent" if "--budget" in given else "out of reach"
    assert (ended.out + ended.err).count(why) == 1
    assert f"{why}" in ended.err.splitlines()[-1]
    assert "calls: stopped" in ended.out


def test_a_target_out_of_reach_is_tried_again_by_force(recipe: Path, dialoom: Dialoom, server: FaultServer) -> None:
    given = ("run", recipe, "--out", "r", "--set", "quality.rules=[turns > 99]", "--target", "4", "--quiet")
    assert dialoom(*given).code == 10
    before = server.stats()["requests"]
    again = dialoom(*given)
    assert again.code == 10
    assert "an earlier run found that" in again.err
    assert server.stats()["requests"] == before
    assert dialoom(*given, "--force").code == 10
    assert server.stats()["requests"] > before


def test_a_plan_reckons_with_the_target_and_with_what_was_kept(recipe: Path, dialoom: Dialoom) -> None:
    planned = dialoom("plan", recipe, "--target", "50", "--json").json
    # Two of each seed, and two seeds in the source.
    assert (planned["seeds"], planned["records"], planned["kept"]) == (25, 50, 50)
    assert (planned["acceptance"], planned["acceptance_of"], planned["source_seeds"]) == (1.0, None, 2)
    told = dialoom("plan", recipe, "--target", "50").out
    assert "if all pass the gate; the source, of 2, is read 12.5 times" in told
    assert "About 4 are kept, if all pass the gate." in dialoom("plan", recipe).out

    text = recipe.read_text()
    recipe.write_text(text.replace("turns >= 4", "words >= 50"))
    counted = dialoom("run", recipe, "--set", "bounds.target=10", "--json").json
    share = counted["kept"] / (counted["kept"] + counted["rejected"])
    assert 0 < share < 0.9
    planned = dialoom("plan", recipe, "--target", "50", "--json").json
    assert planned["acceptance"] == pytest.approx(share)
    assert planned["seeds"] == pytest.approx(25 / share, abs=1)
    assert planned["acceptance_of"] == "runs/calls"
    assert "with another form" not in dialoom("plan", recipe).out
    recipe.write_text(text)
    assert "with another form of the recipe" in dialoom("plan", recipe, "--out", "runs/calls").out


@pytest.mark.parametrize("command", ["check", "plan", "preview", "run"])
def test_what_a_users_code_prints_is_no_part_of_the_numbers(recipe: Path, dialoom: Dialoom, command: str) -> None:
    (recipe.parent / "steps.py").write_text(
        "print('loading steps')\n"
        "def loud(topic):\n    print('at work on', topic)\n    return topic\n"
        "async def louder(topic):\n    print('at work on', topic, 'too')\n    return topic\n"
    )
    nodes = "nodes:\n  a: {kind: function, call: 'steps.py:loud'}\n  b: {kind: function, call: 'steps.py:louder'}\n"
    recipe.write_text(recipe.read_text().replace("nodes:\n", nodes))
    ended = dialoom(command, recipe, "--json")
    assert ended.code == 0
    assert isinstance(ended.json, dict)
    assert "loading steps" in ended.err
    assert ended.err.count("at work on") == {"check": 0, "plan": 0, "preview": 2, "run": 4}[command]
