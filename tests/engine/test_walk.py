"""Ways through a graph: loops, branches, conditions, rejections, and nodes that fail."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Literal

import dialoom
from dialoom.graph.context import Context
from dialoom.graph.node import Node
from dialoom.graph.record import Record
from tests.engine.support import Client, Left, left_in, lines, run, weave, write
from tests.support.fault_server import FaultServer

STEPS = """
import asyncio
from dialoom import RecordError, Rejected

def measure(n, **fields):
    return {"size": int(n), "rounds": fields.get("rounds", 0) + 1}

def fails(n):
    if int(n) == 2:
        raise ValueError("two is not to my liking")
    return n

def refuses(n):
    if int(n) % 2:
        raise Rejected("odd", "not even")
    return n

def cannot(n):
    raise RecordError("cannot be done: at all")

def split(n):
    return [{"part": part} for part in range(int(n))]

async def slow(n):
    await asyncio.sleep(0.001)
    return n
"""


def walk(tmp_path: Path, nodes: dict[str, Any], rows: int = 6, **fields: Any) -> Left:
    """What a recipe of functions in STEPS leaves of rows with `n` from 0; it asks no model."""
    (tmp_path / "steps.py").write_text(STEPS)
    content = {
        "recipe": "walk",
        "models": {},
        "source": {"rows": [{"n": str(number)} for number in range(rows)]},
        "nodes": nodes,
        **fields,
    }
    report = run(content, tmp_path / "run")
    assert report.status == "finished"
    left = left_in(tmp_path / "run")
    assert left.add_up()
    assert left.report["pending"] == 0
    return left


def function(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "function", "call": f"steps.py:{name}", **fields}


def dialogues(tmp_path: Path) -> list[dialoom.Dialogue]:
    return list(dialoom.Corpus.open(tmp_path / "run/corpus").dialogues())


def test_branches_are_taken_by_the_first_condition_that_holds(tmp_path: Path) -> None:
    left = walk(
        tmp_path,
        {
            "count": function(
                "measure", fields=["size", "rounds"], next=[{"if": "size < 2", "to": "small"}, {"to": "big"}]
            ),
            "small": function("slow", next="end"),
            "big": function("slow", next=[{"if": "size == 5", "to": "reject"}]),
        },
    )
    paths = {one.fields["n"]: one.lineage.path for one in dialogues(tmp_path)}
    assert {n: path[-1] for n, path in paths.items()} == {
        "0": "small",
        "1": "small",
        "2": "big",
        "3": "big",
        "4": "big",
    }
    (rejected,) = left.rejected.values()
    assert (rejected["record"]["fields"]["n"], rejected["node"]) == ("5", "big")
    assert rejected["reasons"] == ["rejected at big: size == 5"]


def test_a_loop_ends_by_its_condition_or_by_its_limit_of_visits(tmp_path: Path) -> None:
    walk(
        tmp_path,
        {
            "count": function(
                "measure", fields=["size", "rounds"], visits=4, next=[{"if": "rounds < size", "to": "count"}]
            )
        },
    )
    assert {one.fields["n"]: one.fields["rounds"] for one in dialogues(tmp_path)} == dict(
        zip("012345", (1, 1, 2, 3, 4, 4), strict=True)
    )


def test_a_loop_without_another_way_on_rejects_at_its_limit(tmp_path: Path) -> None:
    left = walk(
        tmp_path,
        {
            "count": function(
                "measure",
                fields=["size", "rounds"],
                visits=3,
                next=[{"if": "size == 0", "to": "end"}, {"to": "count"}],
            )
        },
        rows=2,
    )
    assert (len(left.kept), len(left.rejected)) == (1, 1)
    assert "limit of visits" in next(iter(left.rejected.values()))["reasons"][0]


def test_a_loop_whose_nodes_are_all_skipped_ends_too(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEPS)
    again = function("slow", when="n == 'never'", next=[{"if": "n != 'never'", "to": "again"}])
    content = {"recipe": "walk", "models": {}, "source": {"rows": [{"n": "1"}]}, "nodes": {"again": again}}
    # In a process of its own: a loop without an end lets nothing else run, no time limit either.
    Client(write(tmp_path / "recipe.yaml", content), tmp_path / "run").finish(20)
    assert dialogues(tmp_path)[0].lineage.path == ["again (skipped)"] * 10


def test_when_skips_a_node(tmp_path: Path) -> None:
    walk(tmp_path, {"only": function("slow", when="n in ['1', '3']"), "last": function("slow")})
    done = {one.fields["n"]: "only" in one.fields for one in dialogues(tmp_path)}
    assert done == {"0": False, "1": True, "2": False, "3": True, "4": False, "5": False}


def test_a_function_that_raises_costs_its_record(tmp_path: Path) -> None:
    left = walk(tmp_path, {"step": function("fails")})
    (failed,) = left.failed.values()
    assert failed["node"] == "step"
    assert failed["reasons"] == ["steps.py:fails raised ValueError: two is not to my liking"]
    assert len(left.kept) == 5


def test_a_function_may_reject_or_give_up_a_record(tmp_path: Path) -> None:
    left = walk(tmp_path, {"step": function("refuses"), "then": function("cannot", when="n == '4'")})
    assert Counter(tuple(line["reasons"]) for line in left.rejected.values()) == {("odd", "not even"): 3}
    assert [line["reasons"] for line in left.failed.values()] == [["cannot be done: at all"]]
    assert left.report["reasons"] == {"odd": 3, "cannot be done": 1}


def test_a_record_without_children_is_rejected(tmp_path: Path) -> None:
    left = walk(tmp_path, {"part": function("split", fields=["part"]), "then": function("slow")})
    assert len(left.kept) == 1 + 2 + 3 + 4 + 5
    assert [line["reasons"] for line in left.rejected.values()] == [["part made no records"]]


class Odd(Node):
    """A plug-in's node that writes what no file can hold."""

    kind: Literal["odd"] = "odd"

    async def run(self, record: Record, context: Context) -> dict[str, Any]:
        return {self.field: ["text", {1, 2}, object(), float("nan"), "\ud800", 2**80][int(record.fields["n"])]}


def test_a_value_that_cannot_be_stored_costs_its_record(tmp_path: Path) -> None:
    recipe = dialoom.Recipe("odd", models={}, source=[{"n": str(number)} for number in range(6)]).add("thing", Odd)
    assert dialoom.run(recipe, tmp_path / "run").status == "finished"
    left = left_in(tmp_path / "run")
    assert left.add_up()
    reasons = {line["record"]["fields"]["n"]: line["reasons"][0] for line in left.failed.values()}
    assert reasons == {
        "2": "the record cannot be kept: 'thing' is object that is no JSON",
        "4": "the record cannot be kept: 'thing' is str that is no JSON",
    }
    assert {one.fields["n"] for one in dialogues(tmp_path)} == {"0", "1", "3", "5"}


def test_turns_that_are_none_cost_their_record(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 0)
    content["source"] = {"rows": [{"topic": "a", "dialogue": {"turns": [{"speaker": "Ann"}]}}, {"topic": "b"}]}
    report = run(content, tmp_path / "run")
    assert (report.counts.kept, report.counts.failed) == (1, 1)
    (failed,) = left_in(tmp_path / "run").failed.values()
    assert failed["reasons"][0].startswith("the record is no dialogue: turns.0.text")


def test_limit_takes_the_first_rows_and_more_can_be_taken_later(tmp_path: Path, server: FaultServer) -> None:
    out = tmp_path / "run"
    for limit, kept, calls in ((3, 3, 3), (8, 8, 5), (None, 20, 12), (5, 20, 0)):
        server.reset()
        report = run(lines(server, 20), out, limit=limit)
        assert (report.counts.kept, report.counts.records) == (kept, kept)
        assert server.stats()["requests"] == calls
    assert dialoom.Corpus.open(out / "corpus").count() == 20


def test_every_dialogue_can_be_traced_to_its_seed_and_calls(tmp_path: Path, server: FaultServer) -> None:
    run(weave(server), tmp_path / "run")
    for one in dialogues(tmp_path):
        trail = one.lineage
        assert trail.path[0].startswith("subtopic[")
        assert [step.partition("[")[0] for step in trail.path] == ["subtopic", "mood", "place", "where", "dialogue"]
        assert len(trail.position) == 3
        assert len(set(trail.calls)) == 3
