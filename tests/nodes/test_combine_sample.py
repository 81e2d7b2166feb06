"""`combine` and `sample`: all ways to choose, and draws that follow their distributions."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.nodes._draw import draw, spread
from tests.nodes.running import recipe, run


def combined(folder: Path, items: Any, **fields: Any) -> Any:
    return run(recipe(source=[{"people": items}]).add("pair", "combine", source="people", **fields), folder)


def test_all_unordered_pairs(tmp_path: Path) -> None:
    outcome = combined(tmp_path, ["a", "b", "c", "d"])
    assert [tuple(pair) for pair in outcome.fields("pair")] == list(combinations("abcd", 2))
    assert outcome.kept[0].fields["people"] == ["a", "b", "c", "d"]


def test_a_limit_uses_each_item_alike(tmp_path: Path) -> None:
    items = list(range(10))
    outcome = combined(tmp_path, items, limit=10)
    pairs = {tuple(pair) for pair in outcome.fields("pair")}
    assert len(pairs) == 10
    used = Counter(item for pair in pairs for item in pair)
    assert max(used.values()) - min(used[item] for item in items) <= 2
    assert combined(tmp_path, items, limit=10).fields("pair") == outcome.fields("pair")


@pytest.mark.parametrize(
    ("take", "limit", "count"), [(1, None, 5), (3, None, 10), (5, None, 1), (2, 99, 10), (3, 9, 9)]
)
def test_takes_and_limits(tmp_path: Path, take: int, limit: int | None, count: int) -> None:
    outcome = combined(tmp_path, list("abcde"), take=take, limit=limit)
    assert len(outcome.kept) == count == min(comb(5, take), limit or 99)


@pytest.mark.parametrize(("items", "why"), [(["a"], "has 1 items, and 2"), ("ab", "is no list"), ([], "has 0 items")])
def test_too_few(tmp_path: Path, items: Any, why: str) -> None:
    outcome = combined(tmp_path, items)
    assert outcome.report.counts.failed == 1
    assert why in outcome.reasons[0]


SEEDS = [{"n": n} for n in range(300)]


def drawn(folder: Path, choice: Any, **fields: Any) -> list[Any]:
    outcome = run(recipe(source=SEEDS, seed=5).add("s", "sample", fields={"x": choice}, **fields), folder)
    return outcome.fields("x")


def test_sampling_follows_the_distribution(tmp_path: Path) -> None:
    counts = Counter(drawn(tmp_path, {"calm": 3, "cross": 1, "never": 0}))
    assert set(counts) == {"calm", "cross"}
    assert 190 < counts["calm"] < 260
    assert set(drawn(tmp_path, ["a", "b", 3])) == {"a", "b", 3}
    assert set(drawn(tmp_path, "18..20")) == {18, 19, 20}
    assert all(isinstance(x, float) and 0.5 <= x < 1 for x in drawn(tmp_path, "0.5..1.0"))
    assert set(drawn(tmp_path, "same")) == {"same"}


def test_sampling_is_reproducible(tmp_path: Path) -> None:
    first = drawn(tmp_path, "1..1000000")
    assert drawn(tmp_path, "1..1000000") == first
    assert len(set(first)) > 290
    other = run(recipe(source=SEEDS, seed=6).add("s", "sample", fields={"x": "1..1000000"}), tmp_path)
    assert other.fields("x") != first


def test_a_quota_keeps_the_shares(tmp_path: Path) -> None:
    weights = {"a": 5, "b": 3, "c": 2}
    values = drawn(tmp_path, weights, quota=True)[:200]
    for value, weight in weights.items():
        assert abs(values.count(value) - 200 * weight / 10) <= 2


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.floats(0, 1, exclude_max=True), st.integers(0, 10))
def test_a_quota_strays_from_what_is_due_by_less_than_three(weights: list[int], offset: float, series: int) -> None:
    choice = {str(index): weight for index, weight in enumerate(weights)}
    counts = Counter(draw(choice, spread(offset, (n,), series)) for n in range(200))
    for value, weight in choice.items():
        assert abs(counts[value] - 200 * weight / sum(weights)) < 3


@pytest.mark.parametrize(("one", "other"), [(0, 1), (0, 4), (3, 7), (9, 10)])
def test_two_quotas_do_not_go_together(one: int, other: int) -> None:
    """Each pair of values comes about as often as two fields drawn apart would have it."""
    halves = Counter((spread(0.1, (n,), one) < 0.5, spread(0.7, (n,), other) < 0.5) for n in range(400))
    assert all(80 < count < 120 for count in halves.values())
    assert len(halves) == 4


@given(st.integers(-50, 50), st.integers(0, 40), st.floats(0, 1, exclude_max=True))
def test_draws_stay_in_their_range(low: int, width: int, at: float) -> None:
    value = draw(f"{low}..{low + width}", at)
    assert isinstance(value, int)
    assert low <= value <= low + width
