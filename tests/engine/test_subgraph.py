"""The nodes of another recipe as one node: what goes in and out, names, models, changes, and many records of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

import dialoom
from dialoom.graph.check import check
from dialoom.graph.estimate import estimate
from tests.engine.support import by_node, left_in, model, run, write
from tests.support.fault_server import FaultServer

INNER = """
recipe: talk
models: {writer: embedded}
source: [{topic: unused}]
nodes:
  situation:
    kind: expand
    count: 2
    prompt: "List {{ count }} situations about {{ topic }}."
  plan: {kind: plan}
  note: {kind: generate, prompt: "A note on {{ situation }}.", max_tokens: 9}
quality: {rules: [turns > 90]}
"""


def content(server: FaultServer, **calls: Any) -> dict[str, Any]:
    return {
        "recipe": "outer",
        "models": {"writer": model(server)},
        "source": {"rows": [{"subject": "rain", "plan": "mine"}, {"subject": "snow", "plan": "mine"}]},
        "nodes": {
            "calls": {"kind": "subgraph", "recipe": "inner.yaml", "in": {"topic": "subject"}, **calls},
            "last": {"kind": "set", "fields": {"last": "{{ subject }}"}},
        },
    }


def dialogues(folder: Path) -> list[dialoom.Dialogue]:
    found = list(dialoom.Corpus.open(folder / "run/corpus").dialogues())
    return sorted(found, key=lambda each: each.lineage.position)


def test_another_recipe_as_a_node(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    made = content(server, out={"about": "situation", "note": "note | upper"})
    report = run(made, tmp_path / "run")
    assert (report.counts.records, report.counts.kept) == (4, 4)
    first = dialogues(tmp_path)[0]
    assert first.lineage.path == ["calls", "calls/situation[0]", "calls/plan", "calls/note", "last"]
    # The plan inside did not touch the one outside.
    assert set(first.fields) == {"subject", "about", "note", "plan", "last"}
    assert first.fields["plan"] == "mine"
    assert first.fields["note"].isupper()
    assert by_node(tmp_path / "run") == {"calls/situation": 2, "calls/note": 4}
    assert {request["body"]["model"] for request in server.requests()} == {"fault-model"}
    assert "inner.yaml" in left_in(tmp_path / "run").report["made_from"]["files"]


def test_all_that_its_nodes_wrote_comes_back(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    run(content(server, part=["situation", "note"]), tmp_path / "run")
    first = dialogues(tmp_path)[0]
    assert set(first.fields) == {"subject", "plan", "situation", "note", "last"}
    # What it was given under another name is none of what its nodes wrote.
    assert first.topic is None


def test_changes_of_its_values_and_models(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    changes = {"nodes.situation.count": 3, "nodes.note.max_tokens": 7, "models.writer": "small"}
    made = content(server, **{"with": changes})
    made["models"]["small"] = {**model(server), "model": "other-model", "same_as": "other"}
    run(made, tmp_path / "run")
    assert len(dialogues(tmp_path)) == 6
    bodies = [request["body"] for request in server.requests()]
    assert {body["model"] for body in bodies} == {"other-model"}
    assert {body["max_tokens"] for body in bodies if "max_tokens" in body} == {7}


def test_a_model_that_it_brings_along(tmp_path: Path, server: FaultServer) -> None:
    inner = INNER.replace("{writer: embedded}", orjson.dumps({"scribe": model(server)}).decode())
    (tmp_path / "inner.yaml").write_text(inner.replace("kind: generate,", "kind: generate, model: scribe,"))
    made = content(server)
    assert run(made, tmp_path / "run").counts.kept == 4
    recipe = dialoom.load_recipe(write(tmp_path / "r.yaml", made))
    assert set(recipe.models) == {"writer", "calls/scribe"}
    assert recipe.nodes["calls"].asked() == {"nodes.situation.model": "writer", "nodes.note.model": "calls/scribe"}


def test_a_file_of_a_model_that_it_brings_along(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "inner.yaml").write_text(INNER.replace("writer: embedded", "mine: embedded:own.gguf"))
    made = content(server, recipe="parts/inner.yaml")
    recipe = dialoom.load_recipe(write(tmp_path / "r.yaml", made))
    assert recipe.models["calls/mine"].model_dump()["path"] == tmp_path.resolve() / "parts" / "own.gguf"


def test_its_content_is_in_the_hash(tmp_path: Path, server: FaultServer) -> None:
    def hashed(inner: str, **calls: Any) -> str:
        (tmp_path / "inner.yaml").write_text(inner)
        (tmp_path / "steps.py").write_text("def f(note): return note\n")
        return dialoom.load_recipe(write(tmp_path / "r.yaml", content(server, **calls))).content_hash()

    usual = hashed(INNER)
    assert hashed(INNER + "# a comment\n") == usual
    assert hashed(INNER.replace("A note", "One note")) != usual
    assert hashed(INNER, **{"with": {"nodes.note.max_tokens": 8}}) != usual
    assert hashed(INNER, after="steps.py:f") != usual
    recipe = dialoom.load_recipe(tmp_path / "r.yaml")
    before = recipe.content_hash()
    (tmp_path / "steps.py").write_text("def f(note): return note + '.'\n")
    assert recipe.content_hash() != before


def test_files_beside_the_other_recipe_and_a_recipe_that_ships(tmp_path: Path, server: FaultServer) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "steps.py").write_text("def loud(topic): return topic.upper()\n")
    (folder / "inner.yaml").write_text("nodes:\n  loud: {kind: function, call: steps.py:loud}\n")
    made = content(server, recipe="parts/inner.yaml")
    run(made, tmp_path / "run")
    assert dialogues(tmp_path)[0].fields["loud"] == "RAIN"
    shipped = content(server, recipe="diasynth")
    recipe = dialoom.load_recipe(write(tmp_path / "r.yaml", shipped))
    plan = estimate(recipe, check(recipe))
    assert plan.records == 2 * 9
    assert [each.node for each in plan.nodes] == [
        *(f"calls/{name}" for name in ("subtopic", "people", "personas", "plan", "dialogue", "summary")),
        "last",
    ]


def test_rejection_and_loops_inside(tmp_path: Path, server: FaultServer) -> None:
    nodes: dict[str, dict[str, Any]] = {
        "count": {"kind": "set", "fields": {"n": "{{ (n | default(0)) + 1 }}"}},
        "look": {
            "kind": "set",
            "fields": {"seen": True},
            "next": [{"if": "n < 3", "to": "count"}, {"if": "subject == 'snow'", "to": "reject"}, "end"],
        },
    }
    made = content(server)
    made["nodes"] = {
        "way": {"kind": "subgraph", "nodes": nodes, "out": {"rounds": "n"}},
        "again": {
            "kind": "set",
            "fields": {"times": "{{ (times | default(0)) + 1 }}"},
            "next": [{"if": "times < 5", "to": "way"}, "end"],
        },
    }
    # A limit of three visits holds for each time that it goes in, and not for all together.
    nodes["count"]["visits"] = 3
    run(made, tmp_path / "run")
    left = left_in(tmp_path / "run")
    (kept,) = dialogues(tmp_path)
    assert (kept.fields["rounds"], kept.fields["times"]) == (3, 5)
    assert len(kept.lineage.path) == 5 * (1 + 6 + 1)
    (rejected,) = left.rejected.values()
    assert rejected["node"] == "way/look"
    assert rejected["reasons"] == ["rejected at way/look: subject == 'snow'"]
    # What it had outside and inside is kept with it.
    assert {"subject", "n", "seen"} <= set(rejected["record"]["fields"])


def test_a_killed_run_goes_on_inside(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    made = content(server)
    made["bounds"] = {"budget": {"calls": 3}}
    assert run(made, tmp_path / "run").status == "stopped"
    made["bounds"] = {}
    assert run(made, tmp_path / "run").status == "finished"
    cut = left_in(tmp_path / "run").kept
    assert server.stats()["requests"] == 6
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "inner.yaml").write_text(INNER)
    run(made, whole / "run")
    assert left_in(whole / "run").kept == cut


@pytest.mark.parametrize("tags", [None, {"mark": "judge"}])
def test_tags_of_a_judge_inside(tmp_path: Path, server: FaultServer, tags: dict[str, str] | None) -> None:
    made = content(server)
    nodes = {
        "talk": {"kind": "converse", "into": "dialogue", "speakers": ["Ann", "Ben"], "turns": 4},
        "judge": {"kind": "judge", "only_survivors": False},
    }
    out = None if tags is None else {"dialogue": "dialogue", **tags}
    made["nodes"] = {"way": {"kind": "subgraph", "nodes": nodes, **({"out": out} if out else {})}}
    name = "judge" if tags is None else "mark"
    made["quality"] = {"rules": [f"{name}.overall >= 0"]}
    run(made, tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert not left.failed
    for one in dialogues(tmp_path):
        assert name in one.tags
        assert one.turns


MODELS_EVERYWHERE = """
recipe: many
models: {deep: embedded, wide: embedded}
source: [{topic: unused}]
nodes:
  about: {kind: sample, fields: {wish: {model: deep, prompt: "A wish about {{ topic }}"}}}
  personas: {kind: persona, each: [{name: Ana, hobby: {model: wide}}, {name: Tom, hobby: {model: deep}}]}
  answers: {kind: poll, model: [deep, wide], prompt: "{{ topic }}?"}
  better: {kind: compare, model: [deep, wide], first: "{{ answers.deep }}", second: "{{ answers.wide }}"}
  drawn: {kind: generate, model: {deep: 1, wide: 1}, prompt: "About {{ topic }}, {{ wish }}"}
  dialogue:
    kind: converse
    model: deep
    mode: agents
    turns: 3
    cast:
      first: wide
      second:
        kind: assistant
        simulator: deep
        tool_choice: required
        tools: [{name: look, description: Look., model: wide, arguments: {what: text}, result: {found: boolean}}]
"""


def test_models_of_other_names_wherever_they_are_named(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "inner.yaml").write_text(MODELS_EVERYWHERE)
    changes = {"models.deep": "writer", "models.wide": "small"}
    made = content(server, **{"with": changes, "out": {"drawn_by": "model", "answers": "answers", "talk": "dialogue"}})
    made["models"]["small"] = {**model(server), "model": "other-model", "same_as": "other"}
    report = run(made, tmp_path / "run")
    assert report.counts.kept == 2, report.reasons
    recipe = dialoom.load_recipe(tmp_path / "run.recipe.yaml")
    assert set(recipe.models) == {"writer", "small"}
    assert set(recipe.nodes["calls"].asked().values()) == {"writer", "small"}
    for each in dialogues(tmp_path):
        # Fields and templates inside know them by the names that stand there.
        assert set(each.fields["answers"]) == {"deep", "wide"}
        assert each.fields["drawn_by"] in {"deep", "wide"}
    assert {request["body"]["model"] for request in server.requests()} == {"fault-model", "other-model"}
    turned = content(server, **{"with": {"models.deep": "small", "models.wide": "writer"}})
    turned["models"] = made["models"]
    other = dialoom.load_recipe(write(tmp_path / "turned.yaml", turned))
    assert other.content_hash() != recipe.content_hash()
