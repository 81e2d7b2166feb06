"""What is done to a record before and after a node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

import dialoom
from dialoom.engine.recipe_text import recipe_text
from dialoom.graph.parse_recipe import load_recipe
from tests.engine.support import left_in, model, run, write
from tests.support.fault_server import FaultServer

STEPS = """
from dialoom import Rejected

def short(topic):
    return {"short": topic[:3]}

def tidy(line):
    return line.strip().upper()

def refuse(item):
    if item.endswith("1"):
        raise Rejected("not this one")
    return {"seen": item}

def split(topic):
    return [{"x": 1}, {"x": 2}]
"""


def lines(server: FaultServer, folder: Path, **node: Any) -> dict[str, Any]:
    (folder / "steps.py").write_text(STEPS)
    return {
        "recipe": "hooks",
        "models": {"writer": model(server)},
        "source": {"rows": [{"topic": "thunder"}]},
        "nodes": {"line": {"kind": "generate", "prompt": "Say something about {{ short }}.", **node}},
    }


def test_functions_and_fields_before_and_after(tmp_path: Path, server: FaultServer) -> None:
    made = lines(
        server,
        tmp_path,
        before=[{"call": "steps.py:short", "fields": ["short"]}, {"set": {"short": "{{ short }}!", "size": 3}}],
        after=["steps.py:tidy", {"set": {"length": "{{ line | length }}"}}],
    )
    run(made, tmp_path / "run")
    (one,) = dialoom.Corpus.open(tmp_path / "run/corpus").dialogues()
    assert server.requests()[0]["body"]["messages"][-1]["content"] == "Say something about thu!."
    assert one.fields["short"] == "thu!"
    assert one.fields["line"].isupper()
    assert one.fields["length"] == len(one.fields["line"])
    assert one.lineage.path == ["line"]


def test_a_skipped_node_is_skipped_with_all(tmp_path: Path, server: FaultServer) -> None:
    made = lines(server, tmp_path, before={"set": {"short": "x"}}, after="steps.py:tidy", when="topic == 'rain'")
    run(made, tmp_path / "run")
    (one,) = dialoom.Corpus.open(tmp_path / "run/corpus").dialogues()
    assert (one.topic, one.fields) == ("thunder", {})


def test_after_a_node_that_makes_records_it_is_each_ones_own(tmp_path: Path, server: FaultServer) -> None:
    made = lines(server, tmp_path)
    made["source"] = {"rows": [{"items": ["a0", "b1", "c2"]}]}
    made["nodes"] = {
        "each": {"kind": "combine", "from": "items", "take": 1, "after": {"set": {"item": "{{ each[0] }}"}}},
        "look": {"kind": "set", "fields": {"x": 1}, "after": "steps.py:refuse"},
    }
    run(made, tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert left.add_up()
    assert (len(left.kept), [line["reasons"] for line in left.rejected.values()]) == (2, [["not this one"]])


def test_what_is_done_before_makes_no_records(tmp_path: Path, server: FaultServer) -> None:
    made = lines(server, tmp_path, before=[{"set": {"short": "x"}}, "steps.py:split"])
    run(made, tmp_path / "run")
    (failed,) = left_in(tmp_path / "run").failed.values()
    assert failed["reasons"] == ["what is done before or after a node cannot make several records of one"]


def test_they_are_in_the_hash(tmp_path: Path, server: FaultServer) -> None:
    def hashed(**node: Any) -> str:
        return load_recipe(write(tmp_path / "r.yaml", lines(server, tmp_path, **node))).content_hash()

    usual = hashed(before={"set": {"short": "x"}})
    assert hashed(before={"set": {"short": "y"}}) != usual
    assert hashed(before={"set": {"short": "x"}}, after="steps.py:tidy") != usual


def test_functions_given_in_python_are_in_the_hash_too() -> None:
    def hashed(function: Any) -> str:
        recipe = dialoom.Recipe("r", models={}, source=[{"topic": "rain"}])
        return recipe.add("a", "set", fields={"x": 1}, after=function).content_hash()

    def one(topic: str) -> dict[str, Any]:
        return {"y": 1}

    first = hashed(one)

    def one(topic: str) -> dict[str, Any]:  # type: ignore[no-redef]
        return {"y": 2}

    assert hashed(one) != first


def test_the_recipe_that_is_kept_can_be_read_again(tmp_path: Path, server: FaultServer) -> None:
    made = lines(server, tmp_path, before={"set": {"short": "{{ topic | length }}"}}, after=["steps.py:tidy"])
    inner = {"line": made["nodes"]["line"], "two": {"kind": "set", "fields": {"n": "{{ topic }}!"}, "next": "end"}}
    (tmp_path / "inner.yaml").write_text(dump({"models": made["models"], "nodes": inner}))
    made["nodes"] = {
        "both": {
            "kind": "parallel",
            "nodes": {"x": {"kind": "plan"}, "way": {"kind": "subgraph", "recipe": "inner.yaml"}},
        },
        "last": {"kind": "subgraph", "in": ["topic"], "out": {"m": "n"}, "nodes": {"two": inner["two"]}},
    }
    recipe = load_recipe(write(tmp_path / "r.yaml", made))
    text = recipe_text(recipe)
    (tmp_path / "again.yaml").write_text(text)
    again = load_recipe(tmp_path / "again.yaml")
    assert [part.name for part in again.parts()] == [part.name for part in recipe.parts()]
    assert recipe_text(again) == text
    assert "{{ topic | length }}" in text
    run(made, tmp_path / "run")
    (one,) = dialoom.Corpus.open(tmp_path / "run/corpus").dialogues()
    assert (one.fields["m"], one.fields["n"]) == ("thunder!", "thunder!")


def dump(content: dict[str, Any]) -> str:
    return orjson.dumps(content).decode()
