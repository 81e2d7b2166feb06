"""Nodes side by side: one record whatever answers first, and what becomes of it where one of them cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dialoom
from tests.engine.support import by_node, left_in, model, run
from tests.support.fault_server import FaultServer

STEPS = """
import asyncio
from pathlib import Path
from dialoom import RecordError, Rejected

async def meets(name):
    # Ends only when the one beside it has begun, so both must be under way at once.
    here = Path(__file__).parent
    (here / name).touch()
    for _ in range(4000):
        if (here / f"left{name[-1]}").exists() and (here / f"right{name[-1]}").exists():
            return name
        await asyncio.sleep(0.005)
    raise RuntimeError("nothing ran beside it")

async def left(n): return await meets("left" + n)
async def right(n): return await meets("right" + n)

def fails(n):
    raise RecordError("cannot be done: at all") if n == "1" else ValueError("a fault")

def refuses(n):
    raise Rejected("odd")

def splits(n):
    return [{"n": n}, {"n": n}]
"""


def function(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "function", "call": f"steps.py:{name}", **fields}


def recipe(folder: Path, nodes: dict[str, Any], server: FaultServer | None = None, rows: int = 2) -> dict[str, Any]:
    (folder / "steps.py").write_text(STEPS)
    return {
        "recipe": "beside",
        "models": {} if server is None else {"writer": model(server)},
        "source": {"rows": [{"n": str(number)} for number in range(rows)]},
        "nodes": nodes,
    }


def test_they_run_at_once_and_their_fields_are_merged(tmp_path: Path) -> None:
    both = {"kind": "parallel", "nodes": {"a": function("left"), "b": function("right")}}
    content = recipe(tmp_path, {"both": both, "then": {"kind": "set", "fields": {"sum": "{{ a }} {{ b }}"}}})
    assert run(content, tmp_path / "run").counts.kept == 2
    for one in dialoom.Corpus.open(tmp_path / "run/corpus").dialogues():
        assert one.fields["sum"] == f"left{one.fields['n']} right{one.fields['n']}"
        assert one.lineage.path == ["both", "both/a", "both/b", "then"]


@pytest.mark.parametrize("latency", [0.0, 0.02])
def test_the_lineage_is_in_the_order_of_the_recipe(tmp_path: Path, server: FaultServer, latency: float) -> None:
    server.reset(latency=latency)
    views = {
        "kind": "parallel",
        "nodes": {
            "long": {"kind": "generate", "candidates": 3, "score": "long | length", "prompt": "Say much of {{ n }}."},
            "short": {"kind": "generate", "prompt": "Say little of {{ n }}."},
        },
    }
    content = recipe(tmp_path, {"views": views}, server, rows=4)
    run(content, tmp_path / "run")
    kept = left_in(tmp_path / "run").kept
    assert by_node(tmp_path / "run") == {"views/long": 12, "views/short": 4}
    again = tmp_path / "again"
    again.mkdir()
    (again / "steps.py").write_text(STEPS)
    server.reset(latency=0.03 - latency)
    run(content, again / "run")
    assert left_in(again / "run").kept == kept
    report = left_in(again / "run").report
    assert {(each["node"], each["calls"]) for each in report["totals"]["nodes"]} == {
        ("views/long", 12),
        ("views/short", 4),
    }


def test_one_that_fails_or_rejects_costs_the_record(tmp_path: Path) -> None:
    both = {"kind": "parallel", "nodes": {"bad": function("fails", when="n != '0'"), "good": function("left")}}
    content = recipe(tmp_path, {"both": both}, rows=3)
    content["nodes"]["both"]["nodes"]["good"] = {"kind": "set", "fields": {"good": "{{ n }}"}}
    run(content, tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert left.add_up()
    assert len(left.kept) == 1
    ended = {line["record"]["fields"]["n"]: (line["node"], line["reasons"][0]) for line in left.failed.values()}
    assert ended == {
        "1": ("both/bad", "cannot be done: at all"),
        "2": ("both/bad", "steps.py:fails raised ValueError: a fault"),
    }
    # Both were visited, and the record knows it.
    assert all(line["record"]["lineage"]["path"] == ["both", "both/bad", "both/good"] for line in left.failed.values())


def test_a_rejection_goes_before_a_failure(tmp_path: Path) -> None:
    both = {"kind": "parallel", "nodes": {"bad": function("fails"), "no": function("refuses")}}
    run(recipe(tmp_path, {"both": both}), tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert [(line["node"], line["reasons"]) for line in left.rejected.values()] == [("both/no", ["odd"])] * 2
    assert not left.failed


def test_a_function_that_splits_cannot_be_side_by_side(tmp_path: Path) -> None:
    both = {"kind": "parallel", "nodes": {"bad": function("splits"), "good": {"kind": "set", "fields": {"x": 1}}}}
    run(recipe(tmp_path, {"both": both}), tmp_path / "run")
    (first, _) = left_in(tmp_path / "run").failed.values()
    assert (first["node"], first["reasons"][0].partition(",")[0]) == ("both/bad", "it made several records of one")


def test_a_way_of_several_nodes_beside_another(tmp_path: Path, server: FaultServer) -> None:
    way = {
        "kind": "subgraph",
        "out": ["score"],
        "nodes": {
            "count": {"kind": "set", "fields": {"rounds": "{{ (rounds | default(0)) + 1 }}"}},
            "draft": {"kind": "generate", "prompt": "Draft {{ rounds }} of {{ n }}."},
            "score": {
                "kind": "set",
                "fields": {"score": "{{ rounds * 10 }}"},
                "next": [{"if": "rounds < 3", "to": "count"}, "end"],
            },
        },
    }
    both = {"kind": "parallel", "nodes": {"way": way, "other": {"kind": "generate", "prompt": "Other of {{ n }}."}}}
    run(recipe(tmp_path, {"both": both}, server), tmp_path / "run")
    for one in dialoom.Corpus.open(tmp_path / "run/corpus").dialogues():
        assert set(one.fields) == {"n", "score", "other"}
        assert one.fields["score"] == 30
        rounds = ["both/way/count", "both/way/draft", "both/way/score"] * 3
        assert one.lineage.path == ["both", "both/way", *rounds, "both/other"]
        assert len(one.lineage.calls) == 4


def test_a_model_drawn_once_for_all(tmp_path: Path, server: FaultServer) -> None:
    mix = {"small": 1, "large": 1}
    asks = {"kind": "generate", "model": mix, "prompt": "About {{ n }}"}
    way = {"kind": "subgraph", "nodes": {"c": {**asks, "prompt": "Also {{ n }}, {{ model }}"}}}
    then = {"kind": "generate", "model": mix, "prompt": "{{ a }} {{ b }} {{ c }} by {{ model }}"}
    both = {"kind": "parallel", "nodes": {"a": asks, "b": asks, "way": way}}
    content = recipe(tmp_path, {"both": both, "then": then}, rows=6)
    names = {name: {**model(server), "model": name, "same_as": name} for name in mix}
    report = run({**content, "models": names}, tmp_path / "run")
    assert report.counts.kept == 6, report.reasons
    found = list(dialoom.Corpus.open(tmp_path / "run/corpus").dialogues())
    assert {each.fields["model"] for each in found} == {"small", "large"}
    asked = [(body["messages"][-1]["content"], body["model"]) for body in (r["body"] for r in server.requests())]
    for each in found:
        number, drawn = each.fields["n"], each.fields["model"]
        told = [name for text, name in asked if text in (f"About {number}", f"Also {number}, {drawn}")]
        assert told == [drawn] * 3
    assert all(text.endswith(f"by {name}") for text, name in asked if " by " in text)
