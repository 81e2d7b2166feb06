"""Candidates: the best of several is kept, one after another or side by side."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.models.batches import hand_in
from tests.engine.support import Client, Left, asked, in_ledger, left_in, model, write
from tests.engine.support import run as run_file
from tests.models.scripted import Scripted, one_after_other
from tests.nodes.running import Outcome, recipe, run
from tests.support.batch_server import BatchServer
from tests.support.fault_server import FaultServer

CHOSEN, BAD = "chosen among candidates", "a candidate cannot be used"
SEEDS = [{"topic": f"topic {number}"} for number in range(12)]


@pytest.fixture(scope="module")
def one_server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def server(one_server: FaultServer) -> FaultServer:
    """A server without faults that has been asked nothing."""
    one_server.reset(latency=0.0, jitter=0.0, status_for=[])
    return one_server


def generated(folder: Path, url: str, source: Any = None, **fields: Any) -> Outcome:
    fields = {"prompt": "A line about {{ topic }}.", "candidates": 5, "score": "line | length", **fields}
    return run(recipe(url, source).add("line", "generate", **fields), folder)


def test_the_best_by_score(tmp_path: Path, server: FaultServer) -> None:
    outcome = generated(tmp_path, server.url, SEEDS)
    assert server.stats()["requests"] == server.stats()["unique_seen"] == 60
    for dialogue in outcome.kept:
        (event,) = dialogue.lineage.events
        scores = event.detail["scores"]
        assert (event.what, event.detail["tried"], len(dialogue.lineage.calls)) == (CHOSEN, 5, 5)
        assert len(dialogue.fields["line"]) == max(scores) == scores[event.detail["chosen"]]
        assert len(set(scores)) > 1
    assert len({dialogue.lineage.events[0].detail["chosen"] for dialogue in outcome.kept}) > 2


def test_of_equals_the_first(tmp_path: Path) -> None:
    with Scripted(one_after_other("one", "two", "six", "ok")) as server:
        outcome = generated(tmp_path, server.url, candidates=4)
    assert outcome.fields("line") == ["one"]
    assert outcome.events(CHOSEN) == [{"tried": 4, "chosen": 0, "scores": [3.0, 3.0, 3.0, 2.0], "reasons": []}]


@pytest.mark.parametrize(
    ("fields", "calls", "line"),
    [
        ({"enough": 4}, 2, "four"),
        ({"enough": 6}, 3, "longer"),
        ({"score": "line == 'four'"}, 2, "four"),
        ({"score": "line == 'none'"}, 5, "a"),
        ({"score": "line == 'four'", "enough": 0}, 1, "a"),
        ({"score": "-(line | length)", "enough": -0.5}, 5, "a"),
        # A number is never good enough by itself, be it 1.
        ({"score": "1 if line == 'four' else 0"}, 5, "four"),
    ],
)
def test_one_that_is_good_enough_ends_the_asking(tmp_path: Path, fields: dict[str, Any], calls: int, line: str) -> None:
    with Scripted(one_after_other("a", "four", "longer", "a")) as server:
        outcome = generated(tmp_path, server.url, **fields)
        assert len(server.bodies) == calls
    assert outcome.fields("line") == [line]
    assert outcome.events(CHOSEN)[0]["tried"] == calls


def test_typed_values_are_scored_by_their_fields(tmp_path: Path, server: FaultServer) -> None:
    made = recipe(server.url, SEEDS[:4])
    made.add("t", "generate", candidates=4, score="t.points", prompt="{{ topic }}", schema={"points": "integer"})
    outcome = run(made, tmp_path)
    assert server.stats()["requests"] == 16
    assert len(outcome.kept) == 4
    for dialogue in outcome.kept:
        (event,) = dialogue.lineage.events
        assert dialogue.fields["t"]["points"] == max(event.detail["scores"])


# Each calls several times for one candidate or has a score of its own; about half of the records end early.
NODES: dict[str, dict[str, Any]] = {
    "text": {"kind": "generate", "score": "made | length", "enough": 190, "prompt": "On {{ topic }}."},
    "value": {
        "kind": "generate",
        "schema": {"points": "integer", "line": "text"},
        "score": "made.points % 7",
        "enough": 5,
        "prompt": "On {{ topic }}.",
    },
    "script": {"kind": "converse", "speakers": ["Ann", "Ben"], "rules": ["words >= 50", "words >= 48"]},
    "agents": {
        "kind": "converse",
        "speakers": ["Ann", "Ben"],
        "mode": "agents",
        "turns": "3",
        "rules": ["words >= 33", "words >= 42"],
    },
}


def content(
    server: FaultServer | BatchServer, node: str, together: int, concurrency: int = 8, **fields: Any
) -> dict[str, Any]:
    """A recipe of twelve records, with up to four candidates each."""
    return {
        "recipe": "candidates",
        "models": {"writer": model(server.url, concurrency=concurrency)},
        "source": {"rows": SEEDS},
        "nodes": {"made": {**NODES[node], "candidates": 4, "together": together}},
        **fields,
    }


def made_in(out: Path) -> dict[str, Any]:
    """What was chosen for each record, without its lineage."""
    return {each.topic or "": [each.script(), each.fields] for each in dialoom.Corpus.open(out / "corpus").dialogues()}


@pytest.mark.parametrize("node", NODES)
def test_the_same_is_chosen_however_many_are_asked_for_together(tmp_path: Path, node: str, server: FaultServer) -> None:
    chosen: list[dict[str, Any]] = []
    calls: list[int] = []
    left: list[Left] = []
    for together, concurrency, wait in ((1, 1, 0.0), (2, 64, 0.02), (4, 1, 0.0), (4, 64, 0.02)):
        server.reset(latency=wait, jitter=wait)
        out = tmp_path / f"{together}-{concurrency}"
        run_file(content(server, node, together, concurrency), out)
        left.append(left_in(out))
        chosen.append(made_in(out))
        calls.append(server.stats()["requests"])
    assert len(left[0].kept) == 12
    assert all(other == chosen[0] for other in chosen)
    # Their lineages, too: calls and events come in the order of the candidates.
    assert left[2].same_data(left[3])
    lineages = [dialogue.lineage for dialogue in dialoom.Corpus.open(out / "corpus").dialogues()]
    assert sum(len(lineage.calls) for lineage in lineages) == calls[-1]
    assert sum(event.what == CHOSEN for lineage in lineages for event in lineage.events) == 12
    # Early stops save calls, and fewer the more are asked for together.
    assert calls[0] < calls[1] < calls[2] == calls[3]


def test_more_candidates_ask_for_the_new_ones_alone(tmp_path: Path, server: FaultServer) -> None:
    few = content(server, "text", 1)
    few["nodes"]["made"] |= {"candidates": 2, "enough": 10_000}
    run_file(few, tmp_path / "run")
    assert server.stats()["requests"] == 24
    more = content(server, "text", 4)
    more["nodes"]["made"]["enough"] = 10_000
    run_file(more, tmp_path / "run")
    assert server.stats()["requests"] == server.stats()["unique_seen"] == 48


def test_one_that_cannot_be_used_costs_nothing_but_itself(tmp_path: Path) -> None:
    with Scripted(one_after_other(*["no JSON"] * 4, '{"n": 5}', '{"n": 7}')) as server:
        made = recipe({"url": server.url, "structured": "prompt"})
        made.add("v", "generate", candidates=3, score="v.n", prompt="A number.", schema={"n": "integer"})
        outcome = run(made, tmp_path)
        assert len(server.bodies) == 6
    assert outcome.fields("v") == [{"n": 7}]
    assert outcome.events(CHOSEN) == [{"tried": 3, "chosen": 2, "scores": [None, 5.0, 7.0], "reasons": []}]
    (bad,) = outcome.events(BAD)
    assert bad["candidate"] == 0
    assert "no answer fitted the schema in 4 tries" in bad["why"]
    assert len(outcome.only.lineage.calls) == 6


def test_a_script_without_turns_is_passed_over_whatever_the_rules_say_of_it(tmp_path: Path) -> None:
    with Scripted(one_after_other("I cannot.", "Ann: Hello.\nBen: Goodbye.")) as server:
        made = recipe(server.url)
        made.add("d", "converse", speakers=["Ann", "Ben"], candidates=2, rules=["not leaked_markup"])
        outcome = run(made, tmp_path)
    assert outcome.only.script() == "Ann: Hello.\nBen: Goodbye."
    assert outcome.events(BAD) == [{"candidate": 0, "why": "the model wrote no turn by Ann or Ben"}]


@pytest.mark.parametrize("together", [1, 3])
def test_where_none_can_be_used_the_record_fails_with_the_reasons(
    tmp_path: Path, together: int, server: FaultServer
) -> None:
    made = recipe({"url": server.url, "structured": "prompt"})
    made.add("v", "generate", candidates=3, together=together, score="v.n", prompt="x", schema={"n": "integer"})
    outcome = run(made, tmp_path)
    assert server.stats()["requests"] == 12
    (reason,) = outcome.reasons
    # The same reason of all three is told once.
    assert reason == (
        "none of 3 candidates can be used: no answer fitted the schema in 4 tries: the answer holds no JSON"
    )
    assert outcome.report.counts.failed == 1


@pytest.mark.parametrize(
    ("score", "why"),
    [
        ("line", "the score is 'abc', not a number"),
        ("none", "the score is None, not a number"),
        ("[1]", "the score is [1], not a number"),
        ("line.replace('abc', 'nan') | float", "the score is nan, not a number"),
        ("10 ** 400", "the score is 1000"),
        ("1 / (line | int)", "the expression cannot be rendered: division by zero"),
        ("line.words", "the expression has no value for this record (it begins: 'line.words')"),
    ],
)
def test_a_score_that_is_no_number(tmp_path: Path, score: str, why: str) -> None:
    with Scripted(lambda body: "abc") as server:
        outcome = generated(tmp_path, server.url, candidates=2, score=score)
    assert f"none of 2 candidates can be used: {why}" in outcome.reasons[0]


def test_killed_in_a_wave_it_repeats_nothing_and_ends_as_if_nothing_had_been(
    tmp_path: Path, server: FaultServer
) -> None:
    run_file(content(server, "value", 4), tmp_path / "whole")
    whole = left_in(tmp_path / "whole")
    server.reset(latency=0.03, jitter=0.02)
    made, out = content(server, "value", 4), tmp_path / "run"
    for requests in (6, 22):
        client = Client(write(tmp_path / "recipe.yaml", made), out)
        server.wait_for(requests, "answered")
        assert client.kill()
    known = in_ledger(out)
    assert known
    server.reset(latency=0.0, jitter=0.0)
    assert run_file(made, out).status == "finished"
    assert not asked(server) & known
    assert left_in(out).same_data(whole)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_signal_in_a_wave(tmp_path: Path, signals: int, server: FaultServer) -> None:
    server.change(latency=0.3)
    made, out = content(server, "text", 4), tmp_path / "run"
    client = Client(write(tmp_path / "recipe.yaml", made), out)
    server.wait_for(6)
    for _ in range(signals):
        client.signal(signal.SIGINT)
        server.wait_for(6)
    assert client.finish()["status"] == "interrupted"
    known = in_ledger(out)
    if signals == 1:
        # Calls on their way are awaited, those of a wave that is put down as well.
        assert sum(known.values()) == server.stats()["requests"] == server.stats()["answered"] < 48
    assert left_in(out).add_up()
    server.reset(latency=0.0)
    assert run_file(made, out).status == "finished"
    assert not asked(server) & known
    assert len(left_in(out).kept) == 12


def test_a_budget_that_ends_in_a_wave_loses_no_answer(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.2)
    made, out = content(server, "text", 4, source={"rows": SEEDS[:1]}), tmp_path / "run"
    made["nodes"]["made"]["enough"] = 10_000
    report = run_file({**made, "bounds": {"budget": {"calls": 3}}}, out)
    assert (report.status, report.counts.pending) == ("stopped", 1)
    assert "the budget of 3 calls is spent" in str(report.why)
    assert sum(in_ledger(out).values()) == server.stats()["requests"] == 3
    assert run_file(made, out).counts.kept == 1
    assert server.stats()["requests"] == server.stats()["unique_seen"] == 4


def test_a_wave_goes_into_one_batch_and_may_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_in, "SETTLING", 0.2)
    with BatchServer() as batches:
        made, out = content(batches, "text", 4, source={"rows": SEEDS[:5]}), tmp_path / "run"
        made["models"]["writer"] |= {"batch": {"idle": 0.1, "poll": 0.02}}
        assert run_file(made, out, leave=True).status == "left"
        batches.finish()
        report = run_file(made, out)
        assert (report.status, report.counts.kept) == ("finished", 5)
        assert [len(keys) for keys in batches.handed_in] == [20]


def test_an_endpoint_that_locks_a_wave_out_stops_the_run(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["topic 3=>401"])
    report = run_file(content(server, "text", 4), tmp_path / "run")
    assert (report.status, report.counts.failed) == ("stopped", 0)
    assert "401" in str(report.why)
    assert report.counts.pending > 0
