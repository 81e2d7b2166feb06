"""What a run is said to cost before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.graph.check import check
from dialoom.graph.estimate import RunPlan, estimate
from dialoom.graph.parse_recipe import load_recipe
from tests.graph.written import HEAD, write

NODES = """  sub: {kind: expand, count: 3, tries: 2, prompt: "xxxx"}
  people: {kind: generate, count: 4, each: 2, tries: 1, prompt: "yyyy"}
  pair: {kind: combine, from: people, take: 2}
  plan: {kind: plan, when: sub}
  dialogue: {kind: converse, speakers: [a, b], turns: 4..10, candidates: 2}
  summary: {kind: generate, prompt: "{{ dialogue.script }}", when: topic, max_tokens: 50}
"""


def plan(folder: Path, text: str, limit: int | None = None) -> RunPlan:
    recipe = load_recipe(write(folder, text))
    return estimate(recipe, check(recipe), limit)


def test_records_and_calls(tmp_path: Path) -> None:
    text = (HEAD + NODES).replace("[{topic: lost luggage}]", "[{topic: a}, {topic: b}, {topic: c}]")
    made = plan(tmp_path, text, limit=2)
    assert made.seeds == 2
    assert [(node.node, node.records, node.least_calls, node.most_calls) for node in made.nodes] == [
        ("sub", 2, 2, 6),
        ("people", 6, 12, 18),
        ("pair", 6, 0, 0),
        ("plan", 36, 0, 0),
        ("dialogue", 36, 36, 72),
        ("summary", 36, 0, 36),
    ]
    assert made.records == 36
    assert (made.least_calls, made.most_calls) == (50, 132)
    assert made.money is None
    assert plan(tmp_path, text).seeds == 3


def test_money(tmp_path: Path) -> None:
    head = HEAD.replace(
        "writer: http://127.0.0.1:9/v1", "writer: {url: 'http://127.0.0.1:9/v1', price: {input: 1, output: 10}}"
    )
    made = plan(tmp_path, head + NODES)
    assert made.money == pytest.approx((made.prompt_tokens + 10 * made.completion_tokens) / 1e6)
    free = plan(tmp_path, HEAD + "  plan: {kind: plan}\n")
    assert (free.money, free.most_calls) == (0.0, 0)


def test_two_agents_share_the_calls(tmp_path: Path) -> None:
    price = "{url: 'http://127.0.0.1:9/v1', price: {input: 2, output: 2}}"
    head = HEAD.replace("  writer: http://127.0.0.1:9/v1", f"  one: {price}\n  two: {price}")
    made = plan(
        tmp_path,
        head + "  d: {kind: converse, mode: agents, cast: {first: one, second: two}, speakers: [a, b], turns: 6}\n",
    )
    assert made.money == pytest.approx(2 * (made.prompt_tokens + made.completion_tokens) / 1e6)


def test_the_most_calls_count_loops_and_answers_that_do_not_fit(tmp_path: Path) -> None:
    nodes = """  draft: {kind: generate, visits: 3, prompt: "{{ topic }}"}
  score:
    {kind: generate, visits: 5, schema: {points: integer}, prompt: "{{ draft }}",
     next: [{if: score.points < 3, to: draft}, end]}
"""
    made = plan(tmp_path, HEAD + nodes)
    assert [(node.node, node.least_calls, node.most_calls) for node in made.nodes] == [
        ("draft", 1, 3),
        ("score", 1, 20),
    ]


def test_the_least_are_calls_that_no_record_can_pass_by(tmp_path: Path) -> None:
    nodes = """  a: {kind: generate, prompt: x, next: [{if: topic == 'x', to: end}]}
  b: {kind: generate, prompt: x, visits: 2, next: [{if: topic == 'y', to: d}]}
  c: {kind: generate, prompt: x}
  d: {kind: generate, prompt: x, next: [{if: topic == 'z', to: b}, end]}
"""
    made = plan(tmp_path, HEAD + nodes)
    assert [(node.least_calls, node.most_calls) for node in made.nodes] == [(1, 1), (0, 2), (0, 10), (0, 10)]
    without = plan(tmp_path, HEAD + nodes.replace(", next: [{if: topic == 'x', to: end}]", ""))
    assert [node.least_calls for node in without.nodes] == [1, 1, 0, 1]
    beside = "  p: {kind: parallel, nodes: {a: {kind: generate, prompt: x}, b: {kind: generate, prompt: x}}}\n"
    assert plan(tmp_path, HEAD + beside).least_calls == 2


def test_turns_that_are_written_out(tmp_path: Path) -> None:
    nodes = "  dialogue: {kind: say, turns: [{A: Hello}, {B: Bye}]}\n  new: {kind: rephrase, of: dialogue, tries: 3}\n"
    made = plan(tmp_path, HEAD + nodes)
    assert (made.least_calls, made.most_calls) == (1, 6)
