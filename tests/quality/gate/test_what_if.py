"""Thresholds: which are read, which rules they stand for, and what they would keep."""

from __future__ import annotations

import pytest

from dialoom.quality.gate.what_if import RangeError, kept_at, read_range, tenths, threshold_of


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("turns >= 4..7", ["turns >= 4", "turns >= 5", "turns >= 6", "turns >= 7"]),
        ("distinct_2>0.4..0.6 by 0.1", ["distinct_2 > 0.4", "distinct_2 > 0.5", "distinct_2 > 0.6"]),
        ("judge.overall >= 1..5 by 2", ["judge.overall >= 1", "judge.overall >= 3", "judge.overall >= 5"]),
        ("balance < -1..-.5 by .25", ["balance < -1", "balance < -0.75", "balance < -0.5"]),
    ],
)
def test_a_range_becomes_rules(text: str, rules: list[str]) -> None:
    threshold, numbers = read_range(text)
    assert [threshold.at(number) for number in numbers] == rules


def test_a_range_without_a_step_has_six() -> None:
    _, numbers = read_range("distinct_2 > 0.85..0.95")
    assert numbers == [0.85, 0.8667, 0.8833, 0.9, 0.9167, 0.9333, 0.95]


@pytest.mark.parametrize(
    "text", ["turns > 5", "turns 4..6", "turns > 6..4", "turns > 1..2 by 0", "a > 0..1 by 0.001", ""]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(RangeError):
        read_range(text)


def test_only_single_comparisons_have_a_threshold() -> None:
    threshold = threshold_of("distinct_2 >= 0.5")
    assert threshold is not None
    assert (threshold.left, threshold.sign, threshold.number) == ("distinct_2", ">=", 0.5)
    for rule in ("not loop", "turns > 3 and words > 10", "turns between 3 and 5", "turns > words", "turns != 3"):
        assert threshold_of(rule) is None
    assert read_range("Distinct_2 > 0.1..0.2")[0].like(threshold)
    assert not read_range("distinct_2 < 0.1..0.2")[0].like(threshold)


@pytest.mark.parametrize(("sign", "kept"), [(">", 1), (">=", 3), ("<", 2), ("<=", 4), ("=", 2)])
def test_counts_at_a_threshold(sign: str, kept: int) -> None:
    assert kept_at([1, 2, 3, 3, 4], sign, 3) == kept


def test_tenths_lie_among_the_values() -> None:
    assert tenths([float(n) for n in range(101)]) == [float(n) for n in range(0, 101, 10)]
    assert tenths([]) == []
