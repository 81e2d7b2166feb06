"""A recipe that cannot run: every problem with its line, its field and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.written import HEAD, of_nodes, problems
from tests.graph.wrong_nodes import WRONG_NODES


def lines(*lines: str) -> str:
    return "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("nodes", "line", "field", "hint"), WRONG_NODES, ids=lambda v: v[0] if isinstance(v, list) else None
)
def test_a_wrong_node(tmp_path: Path, nodes: list[str], line: int, field: str, hint: str) -> None:
    (said,) = of_nodes(tmp_path, lines(*nodes))
    assert said.startswith(f"recipe.yaml:{line}, {field}: "), said
    assert hint in said


def test_a_circle_in_the_plan(tmp_path: Path) -> None:
    said = of_nodes(
        tmp_path,
        lines(
            "p: {kind: plan, draw: {emotion: {given: location, when: {}, otherwise: calm},",
            "  medium: {given: emotion, when: {}, otherwise: x}}}",
        ),
    )
    assert len(said) == 1
    assert "circle: " in said[0]
    assert "emotion on location on medium on emotion" in said[0].replace(
        "location on medium on emotion on location", "emotion on location on medium on emotion"
    )


def test_a_loop_without_an_end(tmp_path: Path) -> None:
    said = of_nodes(tmp_path, lines("a: {kind: plan}", "b: {kind: plan, next: a}"))
    assert [each.split(": ")[0] for each in said] == ["recipe.yaml:6, nodes.a.next", "recipe.yaml:7, nodes.b.next"]
    assert all("give the loop an edge to 'end'" in each for each in said)


ACCEPTED = [
    ["a: {kind: generate, prompt: '{{ x | default(1) }}{% if y is defined %}{{ y }}{% endif %}'}"],
    ["a: {kind: generate, prompt: '{% set z = 3 %}{{ z }}{% for i in range(3) %}{{ i }}{{ loop.index }}{% endfor %}'}"],
    ["topics: {kind: generate, count: 2, prompt: '{{ count }}{{ have }}'}"],
    ["plan: {kind: plan}", "b: {kind: generate, prompt: '{{ plan.emotion }}{{ plan.items() }}{{ plan.thoughts }}'}"],
    # A loop's own name hides the field.
    ["plan: {kind: plan}", "b: {kind: generate, prompt: '{% for plan in topic %}{{ plan.length }}{% endfor %}'}"],
    ["d: {kind: converse, speakers: [a, b]}", "b: {kind: generate, prompt: '{{ d.turns[0].text }}{{ d.script }}'}"],
    ["a: {kind: generate, prompt: x, next: [{if: 'a == 1', to: c}, b]}", "b: {kind: plan}", "c: {kind: plan}"],
    ["a: {kind: generate, prompt: x}", "b: {kind: plan, next: {if: 'a == 1', to: a}}"],
    ["a: {kind: plan, next: [{if: topic, to: reject}, end]}"],
    ["a: {kind: plan, when: false}"],
    ["a: {kind: generate, prompt: x, schema: {n: [[text]], m: {k: [integer]}, o: [1, 2]}}"],
    ["a: {kind: generate, prompt: x, schema: {title: text, description: text}}"],
    # Two ways write different things into one field: either may be read.
    [
        "a: {kind: generate, prompt: x, next: [{if: topic, to: b}, c]}",
        "b: {kind: generate, into: v, prompt: x, schema: {m: text}, next: d}",
        "c: {kind: generate, into: v, prompt: x, schema: {n: text}}",
        "d: {kind: generate, prompt: '{{ v.m }}{{ v.n }}'}",
    ],
]


@pytest.mark.parametrize("nodes", ACCEPTED)
def test_accepted(tmp_path: Path, nodes: list[str]) -> None:
    assert of_nodes(tmp_path, lines(*nodes)) == []


def test_a_guard_of_an_attribute_guards_no_variable(tmp_path: Path) -> None:
    (said,) = of_nodes(tmp_path, lines("a: {kind: generate, prompt: \"{{ x.y | default('') }}\"}"))
    assert "'x', which nothing before it writes" in said


REST = "nodes: {s: {kind: sample, fields: {x: [1]}}}\n"


@pytest.mark.parametrize(
    ("text", "start", "hint"),
    [
        ("recipe: r\nsorce: [{a: 1}]\nsource: [{a: 1}]\n" + REST, "recipe.yaml:2, sorce: ", "did you mean 'source'"),
        ("recipe: r\n" + REST, "recipe.yaml, source: ", "is missing"),
        ("source: [{a: 1}]\n" + REST, "recipe.yaml, recipe: ", "is missing"),
        ("recipe: r\nsource: [{a: 1}]\nnodes:\n", "recipe.yaml:3, nodes: ", "no nodes"),
        ("recipe: r\nsource: [{a: 1}]\nnodes:\n  - kind: plan\n", "recipe.yaml:3, nodes: ", "names to nodes"),
        ("recipe: r\nseed: x\nsource: [{a: 1}]\n" + REST, "recipe.yaml:2, seed: ", "an integer, got 'x'"),
        ("recipe: r\nsource: {fle: x}\n" + REST, "recipe.yaml:2, source.fle: ", "did you mean 'file'"),
        ("recipe: r\nsource: {file: x, rows: []}\n" + REST, "recipe.yaml:2, source: ", "either 'rows' or 'file'"),
        (
            "recipe: r\nsource:\n  rows:\n  - a: 1\n  - b\n" + REST,
            "recipe.yaml:5, source.rows[1]: ",
            "a mapping, got 'b'",
        ),
        ("recipe: r\nsource:\n  rows: []\n" + REST, "recipe.yaml:3, source.rows: ", "no rows"),
        ("recipe: r\nsource: {file: absent.csv}\n" + REST, "absent.csv: ", "there is no such file"),
        ("recipe: r\nmodels:\nsource: [{a: 1}]\n" + REST, "recipe.yaml:2, models: ", "names to models"),
        ("recipe: r\nmodels: {w: }\nsource: [{a: 1}]\n" + REST, "recipe.yaml:2, models.w: ", "such as embedded"),
        ("recipe: r\nmodels:\n  w: opnai:x\nsource: [{a: 1}]\n" + REST, "recipe.yaml:3, models.w: ", "'openai'"),
        (
            "recipe: r\nmodels:\n  w:\n    from: openai:x\n    tmeout: 3\nsource: [{a: 1}]\n" + REST,
            "recipe.yaml:5, models.w.tmeout: ",
            "did you mean 'timeout'",
        ),
        (
            "recipe: r\nmodels:\n  w:\n    slots: 3\n    kind: embeded\nsource: [{a: 1}]\n" + REST,
            "recipe.yaml:5, models.w.kind: ",
            "did you mean 'embedded'",
        ),
        ("recipe: r\nsource: [{a: 1}]\nquality: [x]\n" + REST, "recipe.yaml:3, quality: ", "mapping with rules"),
        (
            "recipe: r\nsource: [{a: 1}]\nquality:\n  rules:\n    - turns > 1\n    - trns > 1\n" + REST,
            "recipe.yaml:6, quality.rules[1]: ",
            "did you mean 'turns'",
        ),
    ],
)
def test_the_rest_of_a_recipe(tmp_path: Path, text: str, start: str, hint: str) -> None:
    (said,) = problems(tmp_path, text)
    assert said.startswith(start), said
    assert hint in said


def test_a_missing_key_and_a_url_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    model = "models:\n  writer:\n    url: gpu:8000\n    key: NO_SUCH_KEY\n"
    text = f"recipe: r\n{model}source: [{{a: 1}}]\nnodes: {{g: {{kind: generate, prompt: x}}}}\n"
    said = problems(tmp_path, text)
    assert said[0].startswith("recipe.yaml:4, models.writer.url: 'gpu:8000' is no base URL")
    assert said[1].startswith("recipe.yaml:5, models.writer.key: the environment variable NO_SUCH_KEY is not set")
    # A model that no node asks is not asked for its key.
    assert problems(tmp_path, f"recipe: r\n{model}source: [{{a: 1}}]\n" + REST) == []


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = HEAD.replace("{rows: [{topic: lost luggage}]}", "absent.jsonl") + lines(
        "a: {kind: generate, model: w, prompt: x}", "b: {kind: plan, next: nowhere}"
    )
    said = problems(tmp_path, text)
    assert len(said) == 3
    assert any("absent.jsonl" in each for each in said)


def test_a_function_file_that_fails_to_load(tmp_path: Path) -> None:
    for text, line, why in (
        ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError"),
        ("def f(:\n", 1, "SyntaxError"),
        ("\n\nimport nope\n", 3, "nope"),
    ):
        (tmp_path / "steps.py").write_text(text)
        (said,) = of_nodes(tmp_path, lines("f: {kind: function, call: steps.py:f}"))
        assert f"cannot import steps.py, line {line}: " in said
        assert why in said


def test_a_function_with_an_argument_that_nothing_writes(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("def f(topc, other=1): ...\ndef g(topic, /): ...\n")
    (said,) = of_nodes(tmp_path, lines("f: {kind: function, call: steps.py:f}"))
    assert (
        said == "recipe.yaml:6, nodes.f.call: it reads 'topc', which nothing before it writes (did you mean 'topic'?)"
    )
    (said,) = of_nodes(tmp_path, lines("f: {kind: function, call: steps.py:g}"))
    assert "positional only" in said
    (said,) = of_nodes(tmp_path, lines("f: {kind: function, call: steps.py:ff}"))
    assert "has no function 'ff'" in said


def test_changes_from_the_command_line(tmp_path: Path) -> None:
    text = HEAD + lines("a: {kind: generate, prompt: x}")

    def said(**changes: str) -> list[str]:
        return problems(tmp_path, text, {where.replace("__", "."): value for where, value in changes.items()})

    assert said(models__writer="http://127.0.0.1:1/v1", nodes__a__prompt="Say this: {{ topic }}") == []
    assert said(models__writer__timeout="5", nodes__a__params__top_p="0.5") == []
    assert said(nodes__a__when="false") == []
    (wrong,) = said(models__writer="opnai:x")
    assert wrong.startswith("--set, models.writer: ")
    (wrong,) = said(nodes__b__prompt="x")
    assert wrong == "--set, nodes.b.prompt: there is no 'b' in 'nodes' (known: a)"
    (wrong,) = said(nodes__a__prompt__x="x")
    assert "'nodes.a.prompt' is no mapping" in wrong
    (wrong,) = said(nodes__a__temperature="hot")
    assert wrong == "--set, nodes.a.temperature: expected a number, got 'hot'"
    (wrong,) = said(sed="5")
    assert "did you mean 'seed'" in wrong
