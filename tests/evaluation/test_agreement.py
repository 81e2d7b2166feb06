"""Measures of agreement against published examples, and against other people's code where it is installed."""

from __future__ import annotations

import math
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.evaluation.agreement import (
    Level,
    Rating,
    Ratings,
    Resampler,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    measure_agreement,
)
from dialoom.evaluation.agreement.correlation import partial_spearman, ranks, spearman

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": four observers, twelve units, gaps.
KRIPPENDORFF = ["123321412...", "1233224125.3", ".333234225 1.".replace(" ", ""), "123324412 51.".replace(" ", "")]
# Fleiss 1971, the diagnoses of thirty patients by six raters each, sorted within a patient.
FLEISS = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 333335 "
    "111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)


def rated(rows: list[str]) -> list[Rating]:
    """Ratings of a string for each rater, a digit for each unit, `.` for none."""
    return [
        Rating(f"u{unit:02}", f"r{rater}", "item", float(value))
        for rater, row in enumerate(rows)
        for unit, value in enumerate(row)
        if value != "."
    ]


def alpha(rows: list[str], level: Level) -> float:
    table = Ratings.of(rated(rows))
    return krippendorff_alpha(table.counts, table.numbers, level)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_example(level: Level, published: float) -> None:
    assert alpha(KRIPPENDORFF, level) == pytest.approx(published, abs=0.0006)


def test_kappa_of_fleiss_example() -> None:
    """0.430 in Fleiss 1971; 0.4302445 by R's irr."""
    rows = ["".join(patient[rater] for patient in FLEISS.split(" ")) for rater in range(6)]
    assert fleiss_kappa(Ratings.of(rated(rows)).counts) == pytest.approx(0.4302445, abs=1e-7)


def pairs(table: list[list[int]]) -> tuple[Any, Any, Any]:
    """The two raters' values that a table of their counts stands for."""
    both = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    one, other = np.array(both).T
    return one, other, np.arange(float(len(table)))


@pytest.mark.parametrize(
    ("table", "weights", "published"),
    [
        # The example of SAS's FREQ procedure.
        ([[0, 4, 1], [0, 8, 0], [0, 1, 5]], "none", 0.4842),
        ([[0, 4, 1], [0, 8, 0], [0, 1, 5]], "linear", 0.4701),
        ([[20, 5], [10, 15]], "none", 0.4),
    ],
)
def test_kappa_of_published_tables(table: list[list[int]], weights: Any, published: float) -> None:
    assert cohen_kappa(*pairs(table), weights) == pytest.approx(published, abs=5e-5)


def test_kappa_goes_by_the_values_distances_and_not_by_their_number() -> None:
    """Nobody gave a 5, and 6 lies as far from 1 as ever. (R's irr has 0.2520325 for these two raters of its data set
    anxiety, where it closes the gap up.)"""
    second, third = "36462424332333221334", "21443216111233113322"
    one, other = (np.array([int(value) for value in each]) for each in (second, third))
    closed = np.unique(np.concatenate([one, other]))
    places = [np.searchsorted(closed, each) for each in (one, other)]
    as_ranks = cohen_kappa(places[0], places[1], np.arange(float(len(closed))), "quadratic")
    assert as_ranks == pytest.approx(0.2520325, abs=1e-6)
    assert cohen_kappa(places[0], places[1], closed.astype(float), "quadratic") != pytest.approx(as_ranks, abs=0.001)


def test_spearman_with_ties() -> None:
    """By the formula without ties 1 - 6 sum d2 / n(n2-1); with ties by Pearson over mean ranks."""
    assert spearman(np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 3, 5])) == pytest.approx(1 - 6 * 4 / 120)
    assert list(ranks(np.array([10.0, 20, 10, 30]))) == [1.5, 3.0, 1.5, 4.0]
    assert math.isnan(spearman(np.array([1.0, 1, 1]), np.array([1.0, 2, 3])))


def test_partial_correlation_takes_out_what_a_third_explains() -> None:
    random = np.random.default_rng(0)
    third = random.normal(size=4000)
    one, other = third + random.normal(size=4000), third + random.normal(size=4000)
    assert spearman(one, other) > 0.4
    assert abs(partial_spearman(one, other, third)) < 0.05
    assert math.isnan(partial_spearman(one, other, one))


VALUES = st.lists(st.lists(st.sampled_from("12345."), min_size=6, max_size=6).map("".join), min_size=2, max_size=5)


@given(VALUES)
@settings(deadline=None)
def test_alpha_is_that_of_the_krippendorff_package(rows: list[str]) -> None:
    package = pytest.importorskip("krippendorff")
    table = [[float("nan") if value == "." else float(value) for value in row] for row in rows]
    for level in ("nominal", "ordinal", "interval"):
        own = alpha(rows, level)
        try:
            theirs = package.alpha(reliability_data=table, level_of_measurement=level)
        except (ValueError, ZeroDivisionError):
            assert math.isnan(own)
            continue
        assert own == pytest.approx(theirs, abs=1e-9, nan_ok=True)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2))
@settings(deadline=None)
def test_kappa_and_rho_are_those_of_scikit_learn_and_scipy(both: list[tuple[int, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    stats = pytest.importorskip("scipy.stats")
    one, other = np.array(both).T
    numbers = np.arange(5.0)
    for weights in ("none", "linear", "quadratic"):
        named = None if weights == "none" else weights
        own = cohen_kappa(one, other, numbers, weights)
        if not math.isnan(own):
            assert own == pytest.approx(metrics.cohen_kappa_score(one, other, labels=range(5), weights=named), abs=1e-9)
    rho = spearman(one.astype(float), other.astype(float))
    if not math.isnan(rho):
        assert rho == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-9)


def test_a_report_has_what_fits_who_rated() -> None:
    two = measure_agreement(rated(["1234512345", "1234512344"]), "ordinal", Resampler(200))
    assert two.measures.keys() == {
        "alpha", "raw", "fleiss", "cohen", "cohen_linear", "cohen_quadratic", "spearman"
    }  # fmt: skip
    assert two.measures["raw"].value == pytest.approx(0.9)
    low, high = two.measures["raw"].low, two.measures["raw"].high
    assert low is not None
    assert high is not None
    assert 0.6 <= low < 0.9 < high <= 1.0
    gaps = measure_agreement(rated(KRIPPENDORFF), "ordinal", Resampler(0))
    assert gaps.measures.keys() == {"alpha", "raw", "spearman"}
    assert gaps.measures["alpha"].low is None
    assert (gaps.units, gaps.paired, gaps.raters, gaps.ratings) == (12, 11, 4, 41)


def test_words_are_nominal_and_a_later_rating_counts() -> None:
    words = [Rating(f"u{n}", rater, "i", "yes" if n % 3 else "no") for n in range(9) for rater in "ab"]
    found = measure_agreement([*words, Rating("u0", "a", "i", "yes")], "ordinal", Resampler(0))
    assert (found.level, found.replaced) == ("nominal", 1)
    assert "spearman" not in found.measures
    assert "cohen_quadratic" not in found.measures
    assert found.measures["raw"].value == pytest.approx(8 / 9)


def _mean(numbers: Any, drawn: Any) -> float:
    return float(numbers[drawn].mean())


def test_an_interval_covers_what_it_should() -> None:
    """Nine in ten of the 90% intervals of a share, over many samples, hold the true one."""
    random = Random(1)
    held = 0
    for trial in range(100):
        drawn = np.array([random.random() < 0.3 for _ in range(60)], dtype=float)
        resampler = Resampler(200, confidence=0.9, seed=trial)
        found = resampler.interval(60, partial(_mean, drawn))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.3 <= found.high
    assert 80 <= held <= 98


def test_nothing_to_agree_on_is_no_figure() -> None:
    for rows in (["111", "111"], ["1..", ".2."], ["123"]):
        found = measure_agreement(rated(rows), "ordinal", Resampler(50))
        assert found.measures["alpha"].value is None
