"""How many records took each way, counted from what a run left, and drawn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import dialoom
from dialoom.engine.ways import count_ways
from dialoom.graph.check import check
from dialoom.graph.drawing.picture import CORPUS, GATE, SOURCE, START, Counted, rejects_of
from dialoom.graph.graph import END
from tests.engine.support import left_in, model, run, write
from tests.support.fault_server import FaultServer


def counted(content: dict[str, Any], folder: Path) -> Counted:
    recipe = dialoom.load_recipe(write(folder / "recipe.yaml", content))
    return count_ways(check(recipe).graph, folder / "run")


def test_counts_of_branches_loops_records_of_one_and_nodes_within(tmp_path: Path, server: FaultServer) -> None:
    content = {
        "recipe": "ways",
        "models": {"writer": model(server)},
        "source": {"rows": [{"topic": f"t{number}", "n": number} for number in range(8)]},
        "nodes": {
            "fork": {
                "kind": "set",
                "fields": {"m": "{{ n }}"},
                "next": [{"if": "n == 7", "to": "reject"}, {"if": "n < 3", "to": "again"}, "parts"],
            },
            "again": {
                "kind": "set",
                "fields": {"m": "{{ m + 1 }}"},
                "next": [{"if": "m < 4", "to": "again"}, "both"],
            },
            "parts": {"kind": "expand", "count": 2, "prompt": "List {{ count }} parts of {{ topic }}."},
            "both": {
                "kind": "parallel",
                "nodes": {
                    "a": {"kind": "set", "fields": {"a": "{{ 6 // (n - 4) }}"}},
                    "way": {
                        "kind": "subgraph",
                        "nodes": {
                            "x": {"kind": "set", "fields": {"x": 1}},
                            "y": {"kind": "set", "fields": {"y": 2}, "when": "n > 100"},
                        },
                    },
                },
            },
            "last": {"kind": "set", "fields": {"z": 1}},
        },
        "quality": {"rules": ["turns >= 0"]},
    }
    run(content, tmp_path / "run")
    found = counted(content, tmp_path)
    ways = {way: count for way, count in found.ways.items() if not way[0]}
    # Of eight seeds one is rejected, three go round, four become two each; two of these divide by zero.
    assert ways == {
        ("", SOURCE, "fork"): 8,
        ("", "fork", rejects_of("fork", "n == 7")): 1,
        ("", "fork", "again"): 3,
        ("", "fork", "parts"): 4,
        ("", "again", "again"): 3 + 2 + 1,
        ("", "again", "both"): 3,
        ("", "parts", "both"): 8,
        ("", "both", "last"): 9,
        ("", "last", GATE): 9,
        ("", GATE, CORPUS): 9,
    }
    assert {way[1:]: count for way, count in found.ways.items() if way[0] == "both"} == {
        (START, "a"): 11,
        ("a", END): 9,
        (START, "way"): 11,
        ("way", END): 11,
    }
    assert {way[1:]: count for way, count in found.ways.items() if way[0] == "both/way"} == {
        (START, "x"): 11,
        ("x", "y"): 11,
        ("y", END): 9,
    }
    assert {step: dict(lost) for step, lost in found.lost.items()} == {("both", "a"): {"failed": 2}}


def test_ways_through_a_subgraph_and_the_gate(tmp_path: Path, server: FaultServer) -> None:
    content = {
        "recipe": "ways",
        "models": {"writer": model(server)},
        "source": {"rows": [{"topic": f"t{number}"} for number in range(5)]},
        "nodes": {
            "talk": {
                "kind": "subgraph",
                "nodes": {
                    "part": {"kind": "expand", "count": 3, "prompt": "List {{ count }} parts of {{ topic }}."},
                    "dialogue": {"kind": "converse", "speakers": ["Ann", "Ben"], "turns": "4..9"},
                },
            },
        },
        "quality": {"rules": ["words >= 46"]},
    }
    run(content, tmp_path / "run")
    left = left_in(tmp_path / "run")
    found = counted(content, tmp_path)
    assert found.ways == {
        ("", SOURCE, "talk"): 5,
        ("talk", START, "part"): 5,
        ("talk", "part", "dialogue"): 15,
        ("talk", "dialogue", END): 15,
        ("", "talk", GATE): 15,
        ("", GATE, CORPUS): len(left.kept),
        ("", GATE, rejects_of(GATE)): len(left.rejected),
    }
    assert len(left.rejected) > 0
    # A node that the recipe has no more.
    content["nodes"]["talk"]["nodes"]["piece"] = content["nodes"]["talk"]["nodes"].pop("part")  # type: ignore[index]
    assert counted(content, tmp_path).elsewhere == 15


def test_the_counts_are_those_of_the_run(tmp_path: Path, server: FaultServer) -> None:
    from tests.engine.support import weave

    run(weave(server), tmp_path / "run")
    left = left_in(tmp_path / "run")
    found = counted(weave(server), tmp_path)
    into = Counter({target: count for (_, _, target), count in found.ways.items()})
    assert (into["subtopic"], into["mood"], into["where"], into["dialogue"]) == (10, 70, 70, 210)
    assert into[CORPUS] == len(left.kept)
    assert into[rejects_of(GATE)] == len(left.rejected)
