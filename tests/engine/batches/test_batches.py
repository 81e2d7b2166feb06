"""A provider's batch API: the same data as direct calls bring, and one may leave and come back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.engine.batches.support import QUICK, STEPS, run, sizes, talk
from tests.engine.support import in_ledger, left_in, lines
from tests.support.batch_server import BatchServer


def test_batches_bring_what_direct_calls_bring(server: BatchServer, tmp_path: Path) -> None:
    report, said = run(talk(server, batch=QUICK), tmp_path / "batched")
    assert report.status == "finished"
    assert sizes(server) == STEPS
    assert server.direct == 0
    assert "batch_1: 21 requests handed in; one may leave" in said
    direct, _ = run(talk(server), tmp_path / "direct")
    assert (direct.status, server.direct) == ("finished", 87)
    assert left_in(tmp_path / "batched").same_data(left_in(tmp_path / "direct"))
    assert left_in(tmp_path / "batched").add_up()
    assert in_ledger(tmp_path / "batched") == in_ledger(tmp_path / "direct")


def test_turned_off_or_on_it_is_the_same_model(server: BatchServer, tmp_path: Path) -> None:
    run(talk(server, batch=QUICK), tmp_path / "run", limit=1)
    run(talk(server), tmp_path / "run", limit=2)
    report, _ = run(talk(server, batch=QUICK), tmp_path / "run")
    assert report.status == "finished"
    assert server.direct + sum(server.times.values()) == 87


def test_direct_calls_beside_open_batches_are_warned_of(server: BatchServer, tmp_path: Path) -> None:
    run(lines(server.url, 4, batch=QUICK), tmp_path / "run", leave=True)
    report, said = run(lines(server.url, 4), tmp_path / "run")
    assert report.counts.kept == 4
    assert "4 requests are under way in batches; without `batch` they are asked again, and paid again" in said


def test_leave_hands_in_what_can_be_and_comes_back_step_by_step(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = talk(server, batch=QUICK), tmp_path / "run"
    for step, size in enumerate(STEPS):
        report, said = run(recipe, out, leave=True)
        assert (report.status, report.counts.pending) == ("left", size)
        assert f"under way at the provider: batch_{step} ({size} requests)" in said
        again, _ = run(recipe, out, leave=True)
        assert again.status == "left", "it did not wait, and handed nothing in"
        assert sizes(server) == STEPS[: step + 1]
        server.finish()
    report, _ = run(recipe, out, leave=True)
    assert report.status == "finished"
    assert left_in(out).add_up()
    assert set(server.times.values()) == {1}


def test_a_target_is_reached_by_leaving_and_coming_back(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 40, batch=QUICK) | {"bounds": {"target": 5}}, tmp_path / "run"
    recipe["quality"] = {"rules": ["words % 2 = 0"]}
    for _ in range(10):
        report, _ = run(recipe, out, leave=True)
        server.finish()
        if report.status != "left":
            break
    assert (report.status, report.counts.kept) == ("finished", 5)
    assert len(server.times) < 40
    assert set(server.times.values()) == {1}


def test_a_run_that_waits_comes_back_to_what_was_left(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = talk(server, batch=QUICK), tmp_path / "run"
    server.hold = True
    run(recipe, out, leave=True)
    server.hold = False
    report, said = run(recipe, out)
    assert report.status == "finished"
    assert "waiting for batch batch_0 again: 0 of 3 done" in said
    assert sizes(server) == STEPS


def test_answers_to_an_old_prompt_are_kept_for_when_it_is_asked_again(server: BatchServer, tmp_path: Path) -> None:
    old, out = lines(server.url, 10, batch=QUICK), tmp_path / "run"
    new = {**old, "nodes": {"line": {"kind": "generate", "prompt": "Whisper something about {{ topic }}."}}}
    run(old, out, leave=True)
    run(new, out, leave=True)
    server.finish()
    report, _ = run(new, out)
    assert (report.status, report.counts.kept) == ("finished", 10)
    report, _ = run(old, out)
    assert (report.status, report.counts.kept) == ("finished", 10)
    assert sizes(server) == [10, 10]
    assert sum(in_ledger(out).values()) == 20


def test_what_the_ledger_has_is_not_kept_twice(server: BatchServer, tmp_path: Path) -> None:
    run(lines(server.url, 10, batch=QUICK), tmp_path / "run")
    [store] = (tmp_path / "run/state").glob("*/batches.sqlite")
    with closing(sqlite3.connect(store)) as database:
        assert database.execute("SELECT count(*) FROM requests").fetchone() == (0,)
    assert {path.suffix for path in store.parent.iterdir()} == {".sqlite"}


def test_batches_are_no_larger_than_they_may_be(server: BatchServer, tmp_path: Path) -> None:
    run(lines(server.url, 10, batch={**QUICK, "size": 4}), tmp_path / "count")
    assert sum(sizes(server)) == 10
    assert max(sizes(server)) <= 4
    report, _ = run(lines(server.url, 4, batch={**QUICK, "megabytes": 0.0006}), tmp_path / "bytes")
    assert report.counts.kept == 4
    assert max(sizes(server)[-2:]) <= 2
    report, _ = run(lines(server.url, 2, batch={**QUICK, "megabytes": 0.0001}), tmp_path / "none")
    assert report.counts.failed == 2
    [reason] = report.reasons
    assert "larger" in reason


def test_two_names_for_one_model_share_its_batches(server: BatchServer, tmp_path: Path) -> None:
    recipe, out = lines(server.url, 5, batch=QUICK), tmp_path / "run"
    recipe["models"]["other"] = recipe["models"]["writer"]
    recipe["nodes"]["line"]["model"] = "writer"
    recipe["nodes"]["more"] = {"kind": "generate", "model": "other", "prompt": "And what of {{ line }}?"}
    for _ in STEPS:
        report, _ = run(recipe, out, leave=True)
        server.finish()
    assert report.status == "finished"
    assert sizes(server) == [5, 5]
    assert len(list((out / "state").iterdir())) == 1
