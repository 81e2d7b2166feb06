"""Candidates before a run: what `check` says of them, and what a plan reckons."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.graph.check import check
from dialoom.graph.estimate import estimate
from dialoom.graph.parse_recipe import load_recipe
from tests.graph.written import HEAD, of_nodes, write


@pytest.mark.parametrize(
    ("node", "field", "hint"),
    [
        ("{kind: generate, prompt: x, candidates: 2}", "candidates", "add 'score', an expression over the candidate"),
        ("{kind: generate, prompt: x, candidates: 2}", "candidates", "such as a | length"),
        ("{kind: generate, prompt: x, candidates: 2, count: 3}", "candidates", "'count' asks for a list"),
        ("{kind: generate, prompt: x, candidates: 0}", "candidates", "at least 1, got 0"),
        ("{kind: generate, prompt: x, score: a}", "score", "set 'candidates' to 2 or more"),
        ("{kind: generate, prompt: x, enough: 2}", "enough", "add 'candidates' and 'score'"),
        ("{kind: generate, prompt: x, candidates: 2, together: 3, score: a}", "together", "lower 'together'"),
        ("{kind: converse, speakers: [b, c], together: 2}", "together", "set 'candidates' to 2 or more"),
        ("{kind: generate, prompt: x, candidates: 2, score: topc}", "score", "did you mean 'topic'"),
        ("{kind: generate, prompt: x, candidates: 2, score: a.m, schema: {n: text}}", "score", "no 'm' in it"),
        ("{kind: generate, prompt: x, candidates: 2, score: '{{ a }}'}", "score", "without {{ }}"),
        ("{kind: generate, prompt: x, candidates: 2, score: 5}", "score", "expected an expression"),
        ("{kind: generate, prompt: x, candidates: 2, score: a | lenth}", "score", "did you mean 'length'"),
        ("{kind: generate, prompt: x, candidates: 2, score: a, enough: lots}", "enough", "a number, got 'lots'"),
        # Only the score reads what the node has written.
        ("{kind: generate, prompt: '{{ a }}', candidates: 2, score: a}", "prompt", "'a', which nothing before it"),
        ("{kind: expand, prompt: x, candidates: 2}", "candidates", ""),
    ],
)
def test_what_check_says(tmp_path: Path, node: str, field: str, hint: str) -> None:
    (said,) = of_nodes(tmp_path, f"  a: {node}\n")
    assert said.startswith(f"recipe.yaml:6, nodes.a.{field}: "), said
    assert hint in said


@pytest.mark.parametrize(
    ("node", "least", "most"),
    [
        ("{kind: generate, prompt: x, candidates: 5, score: a | length}", 1, 5),
        ("{kind: generate, prompt: x, candidates: 5, together: 2, score: a | length}", 2, 5),
        ("{kind: generate, prompt: x, candidates: 5, score: a.n, schema: {n: integer}}", 1, 20),
        ("{kind: converse, speakers: [b, c], candidates: 3, together: 3}", 3, 3),
        ("{kind: converse, speakers: [b, c], candidates: 3, mode: agents, turns: 4..6}", 2, 18),
    ],
)
def test_what_a_plan_says(tmp_path: Path, node: str, least: int, most: int) -> None:
    made = load_recipe(write(tmp_path, f"{HEAD}  a: {node}\n"))
    plan = estimate(made, check(made))
    assert (plan.least_calls, plan.most_calls) == (least, most)
