"""The same recipe again, at another pace, after a change: what is asked, and what is not asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dialoom
from tests.engine.support import asked, by_node, left_in, lines, model, run, weave
from tests.support.fault_server import FaultServer


def test_again_makes_no_call_and_needs_no_server(tmp_path: Path) -> None:
    with FaultServer() as server:
        content = weave(server)
        run(content, tmp_path / "run")
    before = left_in(tmp_path / "run")
    versions = dialoom.Corpus.open(tmp_path / "run/corpus").versions()
    report = run(content, tmp_path / "run")
    assert report.status == "finished"
    after = left_in(tmp_path / "run")
    assert after.same_data(before)
    assert after.add_up()
    assert after.report["calls"] == 0
    assert dialoom.Corpus.open(tmp_path / "run/corpus").versions() == versions


def test_any_concurrency_and_any_latency_ask_the_same_and_make_the_same(tmp_path: Path, server: FaultServer) -> None:
    runs = {}
    for name, concurrency, faults in (
        ("one by one", 1, {}),
        ("all at once", 64, {}),
        ("shuffled", 64, {"latency": 0.02, "jitter": 0.02, "seed": 1}),
        ("shuffled otherwise", 16, {"latency": 0.02, "jitter": 0.02, "seed": 2}),
    ):
        server.reset(**faults)
        run(weave(server, concurrency=concurrency), tmp_path / name)
        runs[name] = (asked(server), left_in(tmp_path / name))
    questions, left = runs.pop("one by one")
    assert sum(questions.values()) == len(questions) == 290
    for name, (others, other) in runs.items():
        assert others == questions, name
        assert other.same_data(left), name


def test_another_seed_asks_otherwise(tmp_path: Path, server: FaultServer) -> None:
    run(weave(server) | {"seed": 1}, tmp_path / "one")
    first = asked(server)
    server.reset()
    run(weave(server) | {"seed": 2}, tmp_path / "two")
    assert not asked(server) & first


@pytest.fixture
def woven(tmp_path: Path, server: FaultServer) -> tuple[Path, dict[str, Any]]:
    """A finished run and its recipe."""
    out = tmp_path / "run"
    content = weave(server)
    run(content, out)
    server.reset()
    return out, content


def test_a_changed_prompt_calls_its_node_and_those_that_depend_on_it(
    woven: tuple[Path, dict[str, Any]], server: FaultServer
) -> None:
    out, content = woven
    before = by_node(out)
    content["nodes"]["place"]["prompt"] += " Think well."
    run(content, out)
    after = by_node(out)
    assert server.stats()["requests"] == 280
    assert {name: after[name] - before[name] for name in after} == {"subtopic": 0, "place": 70, "dialogue": 210}
    assert left_in(out).add_up()


def test_a_changed_last_prompt_calls_one_node(woven: tuple[Path, dict[str, Any]], server: FaultServer) -> None:
    out, content = woven
    content["nodes"]["dialogue"]["prompt"] += " Be brief."
    run(content, out)
    assert server.stats()["requests"] == 210
    assert all("Be brief" in request["body"]["messages"][-1]["content"] for request in server.requests())


def test_a_changed_rule_calls_nothing_and_judges_anew(woven: tuple[Path, dict[str, Any]], server: FaultServer) -> None:
    out, content = woven
    before = left_in(out)
    corpus = dialoom.Corpus.open(out / "corpus")
    version = corpus.version
    content["quality"]["rules"] = ["words >= 50"]
    report = run(content, out)
    after = left_in(out)
    assert (report.status, server.stats()["requests"]) == ("finished", 0)
    assert after.add_up()
    assert 0 < len(after.kept) < len(before.kept)
    assert set(after.kept) < set(before.kept)
    assert set(after.kept) | set(after.rejected) == set(before.kept) | set(before.rejected)
    assert all(line["reasons"][0].startswith("words >= 50: words is") for line in after.rejected.values())
    # What was superseded is gone from the newest version only.
    assert {one.id for one in corpus.dialogues(version)} == set(before.kept)
    assert {one.lineage.recipe_hash for one in corpus.dialogues()} == {after.report["recipe_hash"]}


def test_a_rule_changed_before_any_seed_was_done_leaves_nothing_of_the_earlier_form(
    tmp_path: Path, server: FaultServer
) -> None:
    """Dialogues of a seed that is not done are in the corpus, and nowhere else."""
    content = weave(server, tries=1)
    content["source"] = {"rows": [{"topic": "one"}]}
    # The last dialogues of the only seed come to no end: the others are committed and their seed is not done.
    server.change(status_for=["calm conversation=>401"])
    out = tmp_path / "run"
    while not (out / "run.json").exists() or len(left_in(out).kept) == 0:
        content["seed"] = content.get("seed", 0) + 1
        report = run(content, out)
    assert report.status == "stopped"
    server.change(status_for=[])
    content["quality"]["rules"] = ["words >= 10000"]
    assert run(content, out).status == "finished"
    left = left_in(out)
    assert left.add_up()
    assert (len(left.kept), len(left.rejected)) == (0, 21)


def test_a_row_that_is_added_or_moved_calls_for_itself_alone(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    content = lines(server, 20)
    run(content, out)
    before = left_in(out)
    server.reset()
    rows = content["source"]["rows"]
    rows.insert(3, {"topic": "new"})
    rows.append(rows.pop(0))
    run(content, out)
    assert [request["body"]["messages"][-1]["content"] for request in server.requests()] == ["Say something about new."]
    after = left_in(out)
    assert after.add_up()
    assert len(after.kept) == 21
    assert after.kept.items() >= before.kept.items()


def test_equal_rows_are_records_of_their_own_whatever_stands_between_them(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 0)
    a, b = {"topic": "a"}, {"topic": "b"}
    content["source"] = {"rows": [a, a, b]}
    run(content, tmp_path / "one")
    ids = {(one.topic, one.id) for one in dialoom.Corpus.open(tmp_path / "one/corpus").dialogues()}
    assert len(ids) == 3
    content["source"] = {"rows": [b, a, b, a, a]}
    run(content, tmp_path / "two")
    more = {(one.topic, one.id) for one in dialoom.Corpus.open(tmp_path / "two/corpus").dialogues()}
    assert len(more) == 5
    assert ids < more


def test_two_records_that_ask_the_same_share_one_answer(tmp_path: Path, server: FaultServer) -> None:
    """A recipe may fix the seed; then equal prompts are one call, however many ask at once."""
    server.change(latency=0.05)
    content = lines(server, 0, params={"temperature": 0})
    content["source"] = {"rows": [{"topic": "same"}], "repeat": 30}
    content["nodes"]["line"]["params"] = {"seed": 1}
    report = run(content, tmp_path / "run")
    assert report.counts.kept == 30
    assert server.stats()["requests"] == 1
    assert (left_in(tmp_path / "run").report["calls"], left_in(tmp_path / "run").report["ledger_hits"]) == (1, 29)


def test_two_directories_in_one_corpus_do_not_touch_each_other(tmp_path: Path, server: FaultServer) -> None:
    shared = str(tmp_path / "corpus")
    for name in ("one", "two"):
        run(lines(server, 5) | {"corpus": shared}, tmp_path / name)
    run(lines(server, 5) | {"corpus": shared, "seed": 3}, tmp_path / "one")
    assert dialoom.Corpus.open(shared).count() == 10


def test_a_lost_report_costs_nothing(tmp_path: Path, server: FaultServer) -> None:
    """run.json may be deleted, as its error message says: the run knows its dialogues all the same."""
    out = tmp_path / "run"
    run(lines(server, 5), out)
    (out / "run.json").write_text("{")
    with pytest.raises(dialoom.DialoomError, match=r"run\.json cannot be read.*delete it"):
        run(lines(server, 5), out)
    (out / "run.json").unlink()
    content = lines(server, 5)
    content["nodes"]["line"]["prompt"] += " Now."
    run(content, out)
    assert len(left_in(out).kept) == 5


def test_a_model_that_moves_keeps_its_answers(tmp_path: Path, server: FaultServer) -> None:
    run(lines(server, 5), tmp_path / "run")
    with FaultServer() as other:
        run(lines(other, 5), tmp_path / "run")
        assert other.stats()["requests"] == 0
        content = lines(other, 5)
        content["models"]["writer"] = model(other, same_as="someone else")
        run(content, tmp_path / "run")
        assert other.stats()["requests"] == 5
