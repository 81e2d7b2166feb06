"""A target, and what comes after it: other bounds, retries, waiting for one record, and not being reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.engine import stall
from dialoom.engine.order import Awaited
from dialoom.engine.sink import Finished
from dialoom.engine.stall import Stall
from dialoom.engine.target import Target
from dialoom.graph.record import Record
from tests.engine.support import left_in, lines, run, weave
from tests.engine.test_bounds import talks
from tests.engine.test_outage import Said
from tests.support.fault_server import FaultServer


def agrees(report: dialoom.Report, out: Path) -> bool:
    """Whether a report counts what is there, and run.json too."""
    counts, left = report.counts, left_in(out)
    there = (len(left.kept), len(left.rejected), len(left.failed))
    counted = (counts.kept, counts.rejected, counts.failed)
    return counted == there and left.add_up() and counts.seeds >= counts.seeds_done


def test_counts_are_those_of_the_corpus_whatever_bounds_come_after_a_target(
    tmp_path: Path, server: FaultServer
) -> None:
    out = tmp_path / "run"
    for bounds in ({"target": 40}, {"target": 5}, {}, {"limit": 1}, {"target": 41}, {"limit": 2}):
        report = run(talks(server, **bounds), out)
        assert report.status == "finished"
        assert report.counts.kept >= 40
        assert (agrees(report, out), report.counts.pending) == (True, 0)


def test_a_lower_limit_counts_what_an_earlier_one_made(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    run(lines(server, 30), out, limit=20)
    report = run(lines(server, 30), out, limit=5)
    assert (report.counts.kept, report.counts.seeds, report.counts.pending) == (20, 20, 0)
    assert agrees(report, out)
    report = run(lines(server, 30), out)
    assert (report.counts.kept, report.counts.seeds) == (30, 30)


def test_children_beyond_a_target_are_spare_and_not_pending(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 2)
    content["nodes"] = {"part": {"kind": "expand", "count": 5, "prompt": "List {{ count }} of {{ topic }}."}}
    content["bounds"] = {"target": 7}
    report = run(content, tmp_path / "run")
    assert (report.counts.kept, report.counts.pending, report.counts.records) == (7, 0, 7)
    assert report.counts.spare >= 3
    assert left_in(tmp_path / "run").report["spare"] == report.counts.spare
    again = run(content, tmp_path / "run")
    assert (again.counts.kept, again.counts.pending, again.counts.seeds) == (7, 0, 2)
    content["bounds"] = {}
    assert run(content, tmp_path / "run").counts.kept == 10


def test_what_was_rejected_of_a_seed_that_the_target_cut_stays(tmp_path: Path, server: FaultServer) -> None:
    content = weave(server) | {"bounds": {"target": 77}}
    counts = run(content, tmp_path / "run").counts
    left = left_in(tmp_path / "run")
    assert counts.seeds_done < counts.seeds
    # It was cut where some of its records had been rejected.
    assert len(left.rejected) > counts.seeds_done * 210 // 10 - 77
    again = run(content, tmp_path / "run").counts
    assert left_in(tmp_path / "run").same_data(left)
    assert (again.seeds, again.kept, again.rejected) == (counts.seeds, counts.kept, counts.rejected)
    content["bounds"] = {"target": 90}
    more = run(content, tmp_path / "run").counts
    run(content, tmp_path / "whole")
    assert left_in(tmp_path / "run").same_data(left_in(tmp_path / "whole"))
    assert left_in(tmp_path / "run").add_up()
    assert more.kept == 90


def test_seeds_that_failed_are_taken_up_again_though_the_target_is_reached(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    server.change(status_for=["row000[13]=>400"])
    content = lines(server, 5) | {"bounds": {"target": 8}}
    report = run(content, out)
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 8, 5)
    assert agrees(report, out)

    # What still fails stays failed, and is asked for once each.
    before = server.stats()["requests"]
    report = run(content, out, retry=True)
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 8, 5)
    assert server.stats()["requests"] == before + 5
    assert agrees(report, out)

    server.reset(status_for=[])
    report = run(content, out, retry=True)
    assert (report.status, report.counts.kept, report.counts.failed, report.counts.pending) == ("finished", 13, 0, 0)
    assert server.stats()["requests"] == 5
    assert agrees(report, out)
    assert run(content, out, retry=True).counts.kept == 13
    assert server.stats()["requests"] == 5


def test_a_retry_that_is_cut_short_is_gone_on_with(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    server.change(status_for=["row000[13]=>400"])
    content = lines(server, 5) | {"bounds": {"target": 8}}
    run(content, out)
    server.reset(status_for=["row000[13]=>401"])
    report = run(content, out, retry=True)
    assert (report.status, report.counts.failed, report.counts.pending) == ("stopped", 0, 5)
    said = Said()
    report = run(content, out, view=said)
    assert (report.status, report.counts.kept, report.counts.pending) == ("finished", 8, 5)
    assert "dialoom retry" in said.messages[0]
    assert agrees(report, out)
    server.reset(status_for=[])
    report = run(content, out, retry=True)
    assert (report.counts.kept, report.counts.failed, report.counts.pending) == (13, 0, 0)


def test_failed_seeds_that_have_left_the_source_are_not_looked_for_for_ever(
    tmp_path: Path, server: FaultServer
) -> None:
    out = tmp_path / "run"
    server.change(status_for=["row0001=>400"])
    content = lines(server, 3) | {"bounds": {"target": 4}}
    run(content, out)
    del content["source"]["rows"][1]
    server.reset(status_for=[])
    report = run(content, out, retry=True)
    assert (report.status, report.counts.failed, report.counts.pending) == ("finished", 0, 0)
    assert server.stats()["requests"] == 0


def unreachable(server: FaultServer, **bounds: Any) -> dict[str, Any]:
    return lines(server, 3) | {"quality": {"rules": ["turns > 100"]}, "bounds": {"target": 5, **bounds}}


def test_a_target_out_of_reach_is_told_at_once_by_later_runs(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    assert run(unreachable(server), out).status == "stopped"
    asked = server.stats()["requests"]
    assert asked >= 200
    again = run(unreachable(server), out)
    assert (again.status, type(again.error).__name__) == ("stopped", "BoundReached")
    assert "nothing was kept of the last " in str(again.why)
    assert "an earlier run found that" in str(again.why)
    assert server.stats()["requests"] == asked
    assert agrees(again, out)
    # Force, another source and another recipe all try again.
    assert run(unreachable(server), out, force=True).counts.rejected >= 400
    asked = server.stats()["requests"]
    more = unreachable(server)
    more["source"]["rows"].append({"topic": "another"})
    assert "an earlier run" not in str(run(more, out).why)
    assert server.stats()["requests"] >= asked + 200
    eased = unreachable(server) | {"quality": {"rules": []}}
    assert run(eased, out).counts.kept == 5


def test_a_target_says_which_seed_keeps_others_back_and_since_when() -> None:
    now = [100.0]
    target = Target(10, 0, 4, clock=lambda: now[0])
    seeds = [Record(name, name, {}, (number,)) for number, name in enumerate("abc")]
    for seed in seeds:
        target.opened(seed)
    assert target.awaited() is None
    assert target.finished(Finished(seeds[2], "n")) == []
    assert target.awaited() == Awaited("a", 100.0, 1)
    now[0] = 103.0
    target.finished(Finished(seeds[1], "n"))
    assert target.awaited() == Awaited("a", 100.0, 2)
    assert len(target.finished(Finished(seeds[0], "n"))) == 3
    assert target.awaited() is None


def test_a_stall_is_told_after_a_while_and_then_ever_more_rarely() -> None:
    now, said = [0.0], list[str]()
    told = Stall(said.append, clock=lambda: now[0])
    record = Record("r1", "a", {}, (4,), ["plan", "talk"])
    told.entered(record)
    for second in range(60):
        now[0] = float(second)
        shown = told.look(Awaited("a", 0.0, 7))
        assert (shown is None) == (second < 5)
    assert len(said) == 4
    assert "record r1, of seed 5 of the source, at talk," in said[0]
    assert "7 finished records are held back" in said[0]
    told.left(record)
    assert "wait for their turn" in str(told.look(Awaited("a", 0.0, 7)))
    assert told.look(None) is None


def test_a_run_says_what_its_target_waits_for(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall, "_PATIENCE", 0.2)
    server.change(status_for=["row0001=>503"], retry_after=0.3, latency=0.01)

    class Watched(Said):
        shown = ""

        def update(self, report: dialoom.Report, meter: object) -> None:
            self.shown = self.shown or report.waiting or ""

        def say(self, message: str) -> None:
            super().say(message)
            if message.startswith("waiting"):
                server.change(status_for=[])

    watched = Watched()
    report = run(lines(server, 40, tries=1000) | {"bounds": {"target": 30}}, tmp_path / "run", view=watched)
    assert (report.status, report.counts.kept) == ("finished", 30)
    assert "of seed 2 of the source, at line," in watched.messages[0]
    assert watched.shown.startswith("waiting for record ")
    assert report.waiting is None
