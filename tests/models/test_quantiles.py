"""Quantiles in flat memory: how far from the true ones they may be."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.models.quantiles import Quantiles

LATENCIES = st.floats(min_value=1e-5, max_value=1e5)
SHARES = (0.5, 0.95, 0.99)


def counted(latencies: list[float]) -> Quantiles:
    made = Quantiles()
    for latency in latencies:
        made.add(latency)
    return made


@given(st.lists(LATENCIES, min_size=1, max_size=300))
def test_each_quantile_is_within_one_percent_of_the_value_of_its_rank(latencies: list[float]) -> None:
    ranked = sorted(latencies)
    for share, found in zip(SHARES, counted(latencies).at(*SHARES), strict=True):
        true = ranked[max(1, ceil(share * len(ranked))) - 1]
        assert found == pytest.approx(true, rel=0.0101)


@given(st.lists(LATENCIES, max_size=50), st.lists(LATENCIES, max_size=50))
def test_two_merged_are_as_one_that_counted_all_and_text_keeps_all(one: list[float], other: list[float]) -> None:
    merged = counted(one)
    merged.merge(counted(other))
    kept = Quantiles.from_text(merged.to_text())
    assert kept.at(*SHARES) == merged.at(*SHARES) == counted(one + other).at(*SHARES)


def test_memory_does_not_grow_with_the_number_counted() -> None:
    many = counted([0.5 + number % 1000 / 1000 for number in range(20_000)])
    assert len(many.to_text().split()) < 60
    assert Quantiles().at(*SHARES) == [None, None, None]
    assert counted([0.0]).at(0.5) != [None]
