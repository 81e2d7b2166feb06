"""A recipe that cannot run: every problem with its line, its field and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.written import HEAD, of_nodes, problems


def lines(*lines: str) -> str:
    return "".join(f"  {line}\n" for line in lines)


FLOW_AND_BLOCK = [
    # Unknown fields, in both styles and nested in both.
    (
        ["a: {kind: generate,", "  prompt: x,", "  temprature: 1}"],
        8,
        "nodes.a.temprature",
        "did you mean 'temperature'",
    ),
    (["a:", "  kind: generate", "  prompt: x", "  temprature: 1"], 9, "nodes.a.temprature", "'temperature'"),
    (["a:", "  kind: expand", "  prompt: x", "  unlike:", "    rouge: 1"], 10, "nodes.a.unlike.rouge", "'rouge_l'"),
    (["a:", "  kind: expand", "  prompt: x", "  unlike: {rouge: 1}"], 9, "nodes.a.unlike.rouge", "'rouge_l'"),
    (["a: {kind: plan,", "  examples: {rows: [],", "    tak: 1}}"], 8, "nodes.a.examples.tak", "'take'"),
    (["a: {kind: combine, from: topic, tke: 1}"], 6, "nodes.a.tke", "'take'"),
    (["a: {kind: plan, next: {to: end, iff: x}}"], 6, "nodes.a.next[0].iff", "if"),
    # Wrong types and values.
    (["a:", "  kind: generate", "  prompt: x", "  temperature: hot"], 9, "nodes.a.temperature", "a number, got 'hot'"),
    (["a: {kind: generate,", "  prompt: 5}"], 7, "nodes.a.prompt", "expected a text"),
    (["a: {kind: plan, visits: 0}"], 6, "nodes.a.visits", "at least 1, got 0"),
    (["a: {kind: plan, next: 5}"], 6, "nodes.a.next", "a node's name"),
    (["a: {kind: plan, when: 5}"], 6, "nodes.a.when", "expected a condition"),
    (["d: {kind: converse, mode: scrpt, speakers: [a, b]}"], 6, "nodes.d.mode", "'script' or 'agents'"),
    (["d: {kind: converse, turns: many, speakers: [a, b]}"], 6, "nodes.d.turns", "6..14"),
    (["d: {kind: converse, speakers: [a]}"], 6, "nodes.d.speakers", "at least 2, got 1"),
    (["d: {kind: converse, speakers: [Ann, ann]}"], 6, "nodes.d.speakers", "two speakers are called"),
    (["d: {kind: converse, speakers: ['Dr: A', b]}"], 6, "nodes.d.speakers", "without a colon"),
    (["s: {kind: sample, fields: {x: {a: -1}}}"], 6, "nodes.s.fields.x", "0 or more"),
    (["s:", "  kind: sample", "  fields:", "    ok: [a]", "    x: 9..3"], 10, "nodes.s.fields.x", "backwards"),
    (["s: {kind: sample, fields: {x: []}}"], 6, "nodes.s.fields.x", "empty list"),
    (["a: {kind: generate, prompt: x, schema: {n: txt}}"], 6, "nodes.a.schema", "did you mean 'text'"),
    (["a: {kind: generate, prompt: x, schema: [n]}"], 6, "nodes.a.schema", "expected a mapping"),
    (
        ["a: {kind: generate, prompt: x, schema: {type: object, properties: {n: {type: txt}}}}"],
        6,
        "nodes.a.schema",
        "properties.n.type",
    ),
    (["a: {kind: generate, count: 2, prompt: x, unlike_by: n, schema: {nm: text}}"], 6, "nodes.a.unlike_by", "'nm'"),
    # Missing and unknown names.
    (["a:", "  kind: generate"], 6, "nodes.a.prompt", "the field 'prompt' is missing"),
    (["a: {prompt: x}"], 6, "nodes.a", "has no 'kind' (one of combine, converse"),
    (["a:", "  prompt: x", "  kind: generat"], 8, "nodes.a.kind", "did you mean 'generate'"),
    (["a:"], 6, "nodes.a", "expected a mapping"),
    (["a:", "  kind: generate", "  model: writr", "  prompt: x"], 8, "nodes.a.model", "did you mean 'writer'"),
    (["end: {kind: plan}"], 6, "nodes.end", "cannot be a node's name"),
    (["my-node: {kind: plan}"], 6, "nodes.my-node", "cannot be a node's name"),
    # Templates.
    (["a:", "  kind: generate", "  prompt: |", "    {{ topc }}"], 8, "nodes.a.prompt", "did you mean 'topic'"),
    (["a: {kind: generate, prompt: '{{ a }}'}"], 6, "nodes.a.prompt", "'a', which nothing before it writes"),
    (["a: {kind: generate, prompt: x, system: '{{ y }}'}"], 6, "nodes.a.system", "'y'"),
    (["a: {kind: generate, prompt: x, when: topc == 1}"], 6, "nodes.a.when", "'topic'"),
    (["a: {kind: generate, prompt: x, into: b}", "c: {kind: generate, prompt: '{{ a }}'}"], 7, "nodes.c.prompt", "'a'"),
    (["p: {kind: plan}", "b: {kind: generate, prompt: '{{ p.emotoin }}'}"], 7, "nodes.b.prompt", "'emotion'"),
    (["p: {kind: plan}", "b: {kind: generate, prompt: \"{{ p['emotoin'] }}\"}"], 7, "nodes.b.prompt", "'emotion'"),
    (
        ["d: {kind: converse, speakers: [a, b]}", "b: {kind: generate, prompt: '{{ d.scrpt }}'}"],
        7,
        "nodes.b.prompt",
        "'script'",
    ),
    (["d: {kind: converse, speakers: [a, b], prompt: '{{ me }}'}"], 6, "nodes.d.prompt", "'me'"),
    (
        ["a: {kind: generate, prompt: x, schema: {n: text}, next: {if: a.m == 1, to: end}}"],
        6,
        "nodes.a.next[0].if",
        "no 'm' in it",
    ),
    (["a: {kind: generate, prompt: '{{ topic'}"], 6, "nodes.a.prompt", "does not parse"),
    (["a: {kind: generate, prompt: '{% if topic %}'}"], 6, "nodes.a.prompt", "endif"),
    (["a: {kind: generate, prompt: '{% break %}'}"], 6, "nodes.a.prompt", "outside loop"),
    (["a: {kind: generate, prompt: '{{ topic | uper }}'}"], 6, "nodes.a.prompt", "did you mean 'upper'"),
    (["a: {kind: generate, prompt: '{{ topic is strng }}'}"], 6, "nodes.a.prompt", "did you mean 'string'"),
    (["a: {kind: generate, prompt: '{{ [1, 2] | random }}'}"], 6, "nodes.a.prompt", "sample"),
    (["a: {kind: generate, prompt: '{{ lipsum() }}'}"], 6, "nodes.a.prompt", "'lipsum'"),
    (["a: {kind: generate, prompt: '{% include \"x\" %}'}"], 6, "nodes.a.prompt", "another file"),
    (
        ["a:", "  kind: generate", "  prompt: |", "    one", "    {{ two", "    three"],
        8,
        "nodes.a.prompt",
        "in its line 3",
    ),
    (["a: {kind: plan, when: 'topic =='}"], 6, "nodes.a.when", "the condition does not parse"),
    (["a: {kind: plan, when: '{{ topic }}'}"], 6, "nodes.a.when", "without {{ }}"),
    (["a: {kind: plan, when: 'topic) and (topic'}"], 6, "nodes.a.when", "unexpected ')'"),
    (["a: {kind: plan, when: topic topic}"], 6, "nodes.a.when", "unexpected 'topic'"),
    # Edges.
    (["a: {kind: plan, next: bb}", "b: {kind: plan}"], 6, "nodes.a.next[0].to", "did you mean 'b'"),
    (
        ["a:", "  kind: plan", "  next:", "    - if: topic", "      to: ed"],
        10,
        "nodes.a.next[0].to",
        "did you mean 'end'",
    ),
    (["a: {kind: plan, next: c}", "b: {kind: plan}", "c: {kind: plan}"], 7, "nodes.b", "no record can come here"),
    (
        ["a:", "  kind: plan", "  next:", "    - end", "    - {if: topic, to: end}"],
        9,
        "nodes.a.next[0].to",
        "never be taken",
    ),
    # Fields that nodes read without a template.
    (["c:", "  kind: combine", "  from: topc"], 8, "nodes.c.from", "did you mean 'topic'"),
    (
        ["a: {kind: generate, prompt: x}", "c: {kind: combine, from: a}"],
        7,
        "nodes.c.from",
        "is a string and not a list",
    ),
    (["d: {kind: converse}"], 6, "nodes.d", "'personas'"),
    (
        ["d: {kind: converse, speakers: [a, b],", "  rules: [turns > 3,", "    trns > 3]}"],
        8,
        "nodes.d.rules[1]",
        "'turns'",
    ),
    (
        [
            "d:",
            "  kind: converse",
            "  speakers: [a, b]",
            "  mode: agents",
            "  cast:",
            "    first: writer",
            "    second: w",
        ],
        12,
        "nodes.d.cast.second",
        "no model is called 'w'",
    ),
    (["d: {kind: converse, speakers: [a, b], cast: {first: writer, second: writer}}"], 6, "nodes.d", "mode 'agents'"),
    (["d: {kind: converse, speakers: [a, b], mode: agents, prompt: x}"], 6, "nodes.d", "goes with mode 'script'"),
    # The plan.
    (["p: {kind: plan, draw: {emotin: [a]}}"], 6, "nodes.p.draw", "did you mean 'emotion'"),
    (["p: {kind: plan, reason: [emotin]}"], 6, "nodes.p.reason", "did you mean 'emotion'"),
    (["p: {kind: plan, reason: all, draw: {emotion: [a]}}"], 6, "nodes.p", "both drawn and reasoned"),
    (
        ["p:", "  kind: plan", "  draw:", "    emotion: {given: formalty, when: {}}"],
        9,
        "nodes.p.draw.emotion",
        "did you mean 'formality'",
    ),
    (
        ["p: {kind: plan, draw: {emotion: {given: medium, when: {phon call: [a]}}}}"],
        6,
        "nodes.p.draw.emotion",
        "did you mean 'phone call'",
    ),
    # Files.
    (["a: {kind: generate, prompt: x, examples: none.jsonl}"], 6, "nodes.a.examples", "there is no such file"),
    (["a: {kind: generate, prompt: x, examples: [{a: hi}]}"], 6, "nodes.a.examples", "lower 'take'"),
    (["a: {kind: generate, prompt: x, examples: [{b: hi}, {b: hi}]}"], 6, "nodes.a.examples", "2 of 2 have no 'a'"),
    (["f: {kind: function, call: none.py:f}"], 6, "nodes.f.call", "there is no file none.py"),
    (["f: {kind: function, call: no_such_module:f}"], 6, "nodes.f.call", "No module named 'no_such_module'"),
    (["f: {kind: function, call: 'os.path:jon'}"], 6, "nodes.f.call", "did you mean 'join'"),
    (["f: {kind: function, call: f}"], 6, "nodes.f.call", "write file.py:name"),
]


@pytest.mark.parametrize(
    ("nodes", "line", "field", "hint"), FLOW_AND_BLOCK, ids=lambda v: v[0] if isinstance(v, list) else None
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
