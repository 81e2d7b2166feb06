"""What the gate chooses in a run: the same at any concurrency, after kills, and when the run is extended."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.corpus import Corpus
from dialoom.engine import choosing
from dialoom.engine.order import SeedOrder
from dialoom.engine.sink import Finished
from dialoom.engine.target import Target
from dialoom.errors import StorageError
from dialoom.graph.record import Record
from tests.engine.support import Client, Left, left_in, lines, run, write
from tests.support.fault_server import FaultServer

TOPICS = 24


def talks(server: FaultServer, quality: dict[str, Any], concurrency: int = 8, **bounds: Any) -> dict[str, Any]:
    """24 seeds of three dialogues each, of four kinds of seed and three moods."""
    content = lines(server, TOPICS, concurrency=concurrency)
    for number, row in enumerate(content["source"]["rows"]):
        row["kind"] = f"kind {number % 4}"
    content["nodes"] = {
        "part": {"kind": "expand", "count": 3, "prompt": "List {{ count }} of {{ topic }}."},
        "mood": {"kind": "sample", "fields": {"mood": ["calm", "cross", "merry"]}},
        "dialogue": {"kind": "converse", "speakers": ["Ann", "Ben"], "turns": "3..7"},
    }
    content["quality"] = {"rules": ["words >= 45"], **quality}
    content["bounds"] = bounds
    return content


QUOTAS = {"quotas": {"mood": 9, "words": {"max": 16, "bands": [49]}}}
BEST = {"best_of": {"score": "words"}}
LATE = {"best_of": {"by": "kind", "keep": 4, "score": "distinct_2 + words"}, "quotas": {"mood": 4}}
DIVERSE = {"diverse": {"keep": 10, "by": "rouge_l"}}
NEAR = {"near": 0.08, "quotas": {"mood": 9}}
CHOICES = [QUOTAS, {**BEST, **QUOTAS}, LATE, {**BEST, **DIVERSE}, NEAR]
NAMES = ["quotas", "best of a seed", "best of a field", "diverse", "near"]


def reasons(left: Left) -> Counter[str]:
    return Counter(line["reasons"][0].partition(": ")[0] for line in left.rejected.values())


@pytest.mark.parametrize("quality", CHOICES, ids=NAMES)
def test_the_choice_does_not_depend_on_concurrency_or_on_which_were_quickest(
    tmp_path: Path, server: FaultServer, quality: dict[str, Any]
) -> None:
    server.change(jitter=0.01)
    report = run(talks(server, quality, concurrency=1), tmp_path / "one")
    left = left_in(tmp_path / "one")
    assert (report.status, left.add_up()) == ("finished", True)
    assert 0 < len(left.kept) < 3 * TOPICS
    assert reasons(left).keys() > {"words >= 45"}
    for concurrency in (3, 16):
        out = tmp_path / str(concurrency)
        assert run(talks(server, quality, concurrency=concurrency), out).counts == report.counts
        assert left_in(out).same_data(left)


@pytest.mark.parametrize("quality", CHOICES, ids=NAMES)
def test_the_choice_does_not_depend_on_kills(tmp_path: Path, server: FaultServer, quality: dict[str, Any]) -> None:
    server.change(latency=0.02, jitter=0.02)
    content = talks(server, quality)
    run(content, tmp_path / "whole")
    recipe = write(tmp_path / "recipe.yaml", content)
    chance = random.Random(4)
    for _ in range(3):
        client = Client(recipe, tmp_path / "killed", commit_every=0.03)
        time.sleep(chance.uniform(0.2, 0.6))
        client.kill()
    assert run(content, tmp_path / "killed").status == "finished"
    left = left_in(tmp_path / "killed")
    assert left.add_up()
    assert left.same_data(left_in(tmp_path / "whole"))


def test_quotas_hold_and_the_best_of_each_seed_is_kept(tmp_path: Path, server: FaultServer) -> None:
    run(talks(server, BEST), tmp_path / "best")
    kept = list(Corpus.open(tmp_path / "best" / "corpus").dialogues())
    assert max(Counter(one.lineage.seed for one in kept).values()) == 1
    for line in left_in(tmp_path / "best").rejected.values():
        if line["reasons"][0].startswith("best_of"):
            (winner,) = (one for one in kept if one.lineage.seed == line["seed"])
            assert winner.tags["words"] >= line["record"]["tags"]["words"]
            assert line["reasons"][0].endswith(f" against {winner.tags['words']}")
    run(talks(server, QUOTAS), tmp_path / "quotas")
    moods = Counter(one.fields["mood"] for one in Corpus.open(tmp_path / "quotas" / "corpus").dialogues())
    assert max(moods.values()) == 9


@pytest.mark.parametrize("quality", [LATE, DIVERSE, NEAR], ids=["best of a field", "diverse", "near"])
def test_a_run_that_is_extended_has_the_choice_of_all(
    tmp_path: Path, server: FaultServer, quality: dict[str, Any]
) -> None:
    run(talks(server, quality), tmp_path / "whole")
    run(talks(server, quality), tmp_path / "grown", limit=9)
    before = left_in(tmp_path / "grown")
    asked = server.stats()["requests"]
    again = run(talks(server, quality), tmp_path / "grown", limit=9)
    assert (left_in(tmp_path / "grown").same_data(before), server.stats()["requests"]) == (True, asked)
    assert (again.counts.kept, again.counts.rejected) == (len(before.kept), len(before.rejected))
    run(talks(server, quality), tmp_path / "grown")
    after = left_in(tmp_path / "grown")
    assert after.add_up()
    assert after.same_data(left_in(tmp_path / "whole"))
    # Of near-duplicates the first stays, whatever comes after it.
    assert quality is NEAR or before.kept.keys() - after.kept.keys(), (
        "something that was chosen of a few is not chosen of all"
    )


@pytest.mark.parametrize("step", ["_bring_back", "_turn_down", "_settle"])
def test_a_choice_that_is_cut_short_is_done_again(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run(talks(server, LATE), tmp_path / "whole")
    run(talks(server, LATE), tmp_path / "cut", limit=9)
    with monkeypatch.context() as broken:
        broken.setattr(choosing, step, _after(getattr(choosing, step), step != "_settle"))
        assert run(talks(server, LATE), tmp_path / "cut").status == "stopped"
    run(talks(server, LATE), tmp_path / "cut")
    left = left_in(tmp_path / "cut")
    assert left.add_up()
    assert left.same_data(left_in(tmp_path / "whole"))


def _after(step: Callable[..., Any], do: bool) -> Callable[..., Any]:
    """The disk is full right after a step, or before it."""

    def fails(*arguments: Any) -> Any:
        if do:
            step(*arguments)
        raise StorageError("the disk is full")

    return fails


def test_a_target_counts_what_quotas_and_best_of_leave(tmp_path: Path, server: FaultServer) -> None:
    content = talks(server, {**BEST, "quotas": {"mood": 7}}, target=15)
    report = run(content, tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert (report.status, report.counts.kept, len(left.kept), left.add_up()) == ("finished", 15, 15, True)
    content["bounds"] = {"target": 22}
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.kept) == ("stopped", 21)
    assert "out of reach" in str(report.why)


def test_a_failed_record_that_is_retried_takes_no_place_that_is_taken(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0001=>400"])
    content = talks(server, {**BEST, "quotas": {"mood": 4}})
    assert run(content, tmp_path / "run").counts.failed > 0
    before = left_in(tmp_path / "run")
    server.change(status_for=[])
    dialoom.run(dialoom.load_recipe(write(tmp_path / "recipe.yaml", content)), tmp_path / "run", retry=True)
    after = left_in(tmp_path / "run")
    assert (after.add_up(), len(after.failed)) == (True, 0)
    assert before.kept.keys() <= after.kept.keys()
    moods = Counter(one.fields["mood"] for one in Corpus.open(tmp_path / "run" / "corpus").dialogues())
    assert max(moods.values()) <= 4


@pytest.mark.parametrize("order", [SeedOrder(slots=1), Target(1_000_000, 0, slots=1)], ids=["order", "target"])
def test_seeds_are_held_back_while_many_wait_for_an_earlier_one(order: SeedOrder) -> None:
    seeds = [Record(id=str(number), seed=str(number), fields={}, position=(number,)) for number in range(400)]
    opened = list(takewhile(lambda _: order.admits(0), map(order.opened, seeds)))
    assert 100 < len(opened) < 400
    for seed in reversed(seeds[1 : len(opened)]):
        assert order.finished(Finished(seed, "node")) == []
    assert not order.admits(0)
    handed = order.finished(Finished(seeds[0], "node"))
    assert [one.record.id for one in handed] == [str(number) for number in range(len(opened))]
    assert order.admits(0)


def test_one_seed_that_waits_does_not_stop_the_others(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 1200) | {"quality": {"quotas": {"topic": 1}}}
    (tmp_path / "steps.py").write_text(
        "import asyncio\nasync def wait(topic):\n    await asyncio.sleep(0.5 * (topic == 'row0000'))\n    return 1\n"
    )
    content["nodes"] = {"waited": {"kind": "function", "call": "steps.py:wait"}}
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 1200)
