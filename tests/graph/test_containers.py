"""What check says of nodes within nodes, with the file and line in which they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.graph.parse_recipe import load_recipe
from dialoom.graph.schema_file import recipe_schema
from tests.graph.written import of_nodes, problems, write

A = "a: {kind: generate, prompt: '{{ topic }}'}"


def beside(node: str) -> list[str]:
    """A node side by side with `a`, on the fifth line."""
    return ["p:", "  kind: parallel", "  nodes:", f"    {A}", f"    {node}"]


WRONG = [
    # Side by side.
    ([f"p: {{kind: parallel, nodes: {{{A}}}}}"], 6, "nodes.p.nodes", "two nodes or more"),
    (
        beside("b: {kind: set, fields: {a: 1}}"),
        10,
        "nodes.p.nodes.b",
        "'a' and 'b' both write 'a'",
    ),
    (
        beside("b: {kind: generate, prompt: '{{ a }}'}"),
        10,
        "nodes.p.nodes.b",
        "it reads 'a', which 'a' beside it writes",
    ),
    (
        beside("b: {kind: expand, prompt: x}"),
        10,
        "nodes.p.nodes.b",
        "'expand' makes several records of one",
    ),
    (
        beside("b: {kind: subgraph, nodes: {c: {kind: combine, from: topic}}}"),
        10,
        "nodes.p.nodes.b",
        "makes several records of one",
    ),
    (
        beside("b: {kind: plan, next: a}"),
        10,
        "nodes.p.nodes.b",
        "no 'next'",
    ),
    (
        beside("b: {kind: generate, prompt: '{{ topc }}'}"),
        10,
        "nodes.p.nodes.b.prompt",
        "did you mean 'topic'",
    ),
    (
        beside("b: {kind: generate, prompt: x, temprature: 1}"),
        10,
        "nodes.p.nodes.b.temprature",
        "did you mean 'temperature'",
    ),
    (["p: {kind: parallel, nodes: {a: {kind: paln}, b: {kind: plan}}}"], 6, "nodes.p.nodes.a.kind", "'plan'"),
    (
        [f"p: {{kind: parallel, nodes: {{{A},", "  b: {kind: generate, model: small, prompt: x}}}"],
        7,
        "nodes.p.nodes.b.model",
        "no model is called 'small'",
    ),
    # One node of several.
    (["s: {kind: subgraph, into: x, nodes: {a: {kind: plan}}}"], 6, "nodes.s.into", "take it out"),
    (["s: {kind: subgraph}"], 6, "nodes.s.nodes", "no nodes in it"),
    (["s: {kind: subgraph, recipe: none.yaml}"], 6, "nodes.s.recipe", "there is no file none.yaml"),
    (["s: {kind: subgraph, recipe: diasinth}"], 6, "nodes.s.recipe", "did you mean 'diasynth'"),
    (
        ["s:", "  kind: subgraph", "  nodes:", f"    {A}", "    b: {kind: plan, next: {if: a == '', to: c}}"],
        10,
        "nodes.s.nodes.b.next[0].to",
        "no node is called 'c'",
    ),
    (
        ["s:", "  kind: subgraph", "  nodes:", "    b: {kind: plan, next: b}"],
        9,
        "nodes.s.nodes.b.next",
        "never come to an end",
    ),
    (
        ["s:", "  kind: subgraph", "  in: {subject: topic}", "  nodes:", f"    {A}"],
        10,
        "nodes.s.nodes.a.prompt",
        "reads 'topic'",
    ),
    (["s: {kind: subgraph, in: {x: topc}, nodes: {a: {kind: plan}}}"], 6, "nodes.s.in.x", "did you mean 'topic'"),
    (["s: {kind: subgraph, out: [b], nodes: {a: {kind: plan}}}"], 6, "nodes.s.out.b", "no node inside writes 'b'"),
    (
        ["s: {kind: subgraph, out: {b: a}, nodes: {a: {kind: plan}}}", "t: {kind: set, fields: {x: '{{ a }}'}}"],
        7,
        "nodes.t.fields.x",
        "reads 'a'",
    ),
    # Before and after.
    (["a: {kind: plan, before: {set: {x: '{{ topc }}'}}}"], 6, "nodes.a.before[0].set.x", "did you mean 'topic'"),
    (["a: {kind: plan, after: none.py:f}"], 6, "nodes.a.after[0].call", "no file none.py"),
    (["a: {kind: plan, after: 5}"], 6, "nodes.a.after", "file.py:name"),
    (["a: {kind: plan, when: x == 1, before: {set: {x: 1}}}"], 6, "nodes.a.when", "reads 'x'"),
    (["a: {kind: set, fields: {x: '{{ topic'}}"], 6, "nodes.a.fields", "'x' does not parse"),
]


@pytest.mark.parametrize(("nodes", "line", "field", "hint"), WRONG, ids=lambda v: v[0] if isinstance(v, list) else None)
def test_a_wrong_node(tmp_path: Path, nodes: list[str], line: int, field: str, hint: str) -> None:
    (said,) = of_nodes(tmp_path, "".join(f"  {each}\n" for each in nodes))
    assert said.startswith(f"recipe.yaml:{line}, {field}: "), said
    assert hint in said


def test_two_functions_side_by_side_that_write_one_field(tmp_path: Path) -> None:
    (said,) = of_nodes(
        tmp_path,
        "  p: {kind: parallel, nodes: {a: {kind: set, fields: {x: 1}},\n    b: {kind: subgraph, out: {x: y}, "
        "nodes: {c: {kind: set, fields: {y: 2}}}}}}\n",
    )
    assert said.startswith("recipe.yaml:7, nodes.p.nodes.b: 'a' and 'b' both write 'x'")


INNER = """models: {writer: "http://127.0.0.1:9/v1"}
nodes:
  first: {kind: generate, prompt: "{{ topic }}"}
  second: {kind: generate, prompt: "{{ frst }}"}
"""


def test_errors_name_the_file_and_line_in_the_other_recipe(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml}\n")
    assert said.startswith("inner.yaml:4, nodes.second.prompt: the template reads 'frst'"), said
    (tmp_path / "inner.yaml").write_text(INNER.replace('prompt: "{{ frst', 'promt: "{{ frst'))
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml}\n")
    assert said.startswith("inner.yaml:4, nodes.second.promt: unknown field")
    assert "did you mean 'prompt'" in said
    (tmp_path / "inner.yaml").write_text("nodes: [")
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml}\n")
    assert said.startswith("inner.yaml:1: the YAML does not parse")


def test_errors_in_changes_stand_where_the_changes_are_written(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER.replace("frst", "first"))

    def said(change: str) -> str:
        (one,) = of_nodes(tmp_path, f"  s:\n    kind: subgraph\n    recipe: inner.yaml\n    with:\n      {change}\n")
        return one

    assert said("nodes.second.temperature: hot").startswith(
        "recipe.yaml:10, nodes.s.with.nodes.second.temperature: exp"
    )
    assert "there is no 'secnd' in 'nodes' (did you mean 'second'?)" in said("nodes.secnd.temperature: 1")
    assert said("nodes.second.prompt: '{{ x }}'").startswith("recipe.yaml:10, nodes.s.with.nodes.second.prompt: ")
    assert "only nodes and models" in said("quality.rules: []")
    assert said("models.writer: opnai:x").startswith("recipe.yaml:10, nodes.s.with.models.writer: ")


def test_a_recipe_that_contains_itself(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text("nodes: {t: {kind: subgraph, recipe: recipe.yaml}}\n")
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml}\n")
    assert "the recipe would contain itself: recipe.yaml → inner.yaml → recipe.yaml" in said
    assert said.startswith("inner.yaml:1, nodes.t.recipe: ")
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: recipe.yaml}\n")
    assert "recipe.yaml → recipe.yaml" in said


def test_a_part_of_another_recipe(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER)
    assert of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml, part: [first]}\n") == []
    (said,) = of_nodes(tmp_path, "  s: {kind: subgraph, recipe: inner.yaml, part: [first, secnd]}\n")
    assert said.startswith("recipe.yaml:6, nodes.s.part[1]: the other recipe has no node 'secnd'")


def test_subgraphs_in_subgraphs_with_models_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(INNER.replace("writer:", "scribe:").replace("prompt", "model: scribe, prompt"))
    (tmp_path / "middle.yaml").write_text(
        "models: {pen: 'http://127.0.0.1:8/v1'}\n"
        "nodes: {t: {kind: subgraph, recipe: inner.yaml, part: [first], with: {models.scribe: pen}}}\n"
    )
    nodes = "  s: {kind: subgraph, recipe: middle.yaml}\n"
    assert of_nodes(tmp_path, nodes) == []
    recipe = load_recipe(tmp_path / "recipe.yaml")
    assert recipe.nodes["s"].asked() == {"nodes.t.nodes.first.model": "s/pen"}
    assert of_nodes(tmp_path, nodes.replace("middle.yaml}", "middle.yaml, with: {models.pen: writer}}")) == []
    assert load_recipe(tmp_path / "recipe.yaml").nodes["s"].asked() == {"nodes.t.nodes.first.model": "writer"}


def test_what_it_knows_of_values_inside(tmp_path: Path) -> None:
    nodes = "  s: {kind: subgraph, out: {deep: p}, nodes: {p: {kind: plan}}}\n"
    (said,) = of_nodes(tmp_path, nodes + "  t: {kind: set, fields: {x: '{{ deep.emotoin }}'}}\n")
    assert "did you mean 'emotion'" in said


def test_the_schema_knows_nodes_within_nodes() -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(recipe_schema())
    inner = {"a": {"kind": "generate", "prompt": "x", "before": {"set": {"y": 1}}, "after": ["steps.py:f"]}}
    recipe = {
        "recipe": "r",
        "models": {"writer": "embedded"},
        "source": [{"topic": "x"}],
        "nodes": {
            "p": {"kind": "parallel", "nodes": {**inner, "b": {"kind": "plan"}}},
            "s": {
                "kind": "subgraph",
                "recipe": "x.yaml",
                "with": {"nodes.a.count": 3},
                "in": ["topic"],
                "out": {"b": "a"},
            },
        },
    }
    assert list(validator.iter_errors(recipe)) == []
    recipe["nodes"]["p"]["nodes"]["a"]["promt"] = "x"  # type: ignore[index]
    assert list(validator.iter_errors(recipe))


def test_a_recipe_in_python(tmp_path: Path) -> None:
    import dialoom

    write(tmp_path, "recipe: r\nsource: [{topic: x}]\nnodes: {a: {kind: plan}}\n")
    recipe = dialoom.Recipe("r", models={}, source=[{"topic": "rain"}])
    recipe.add("p", "parallel", nodes={"a": {"kind": "plan"}, "b": {"kind": "set", "fields": {"x": "{{ topic }}"}}})
    recipe.add("s", "subgraph", recipe=str(tmp_path / "recipe.yaml"), out=["a"], after=lambda a: {"seen": True})
    dialoom.run(recipe, tmp_path / "run")
    (one,) = dialoom.Corpus.open(tmp_path / "run/corpus").dialogues()
    assert one.fields["x"] == "rain"
    assert one.fields["seen"] is True
    assert one.lineage.path == ["p", "p/a", "p/b", "s", "s/a"]


def test_draws_among_other_models(tmp_path: Path) -> None:
    two = "{a: {kind: generate, model: {x: 1, y: 1}, prompt: x}, b: {kind: generate, model: {x: 1}, prompt: y}}"
    for nodes, at in (
        (f"nodes: {two}", "nodes.b"),
        (f"nodes: {{p: {{kind: parallel, nodes: {two}}}}}", "nodes.p.nodes.b"),
    ):
        (said,) = problems(tmp_path, f"recipe: r\nmodels: {{x: embedded, y: embedded}}\nsource: [{{a: b}}]\n{nodes}\n")
        assert said.startswith(f"recipe.yaml:4, {at}.model: a node before it draws one of x, y, and 'y' is none of x")
