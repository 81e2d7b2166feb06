"""Several judges, several samples, several pairs: what they make together."""

from __future__ import annotations

from typing import Any

import pytest

from dialoom.quality.judging import Opinion, Rubric, combine
from dialoom.quality.judging.expected import Expected
from dialoom.quality.judging.pairs import Comparison, PairAnswer, compared, verdict


def rubric(overall: str = "mean") -> Rubric:
    anchors = {score: f"a{score}" for score in range(1, 6)}
    criteria = [
        {"id": "wit", "text": "Witty?", "anchors": anchors, "weight": 3},
        {"id": "warmth", "text": "Warm?", "anchors": anchors, "optional": True},
    ]
    return Rubric.model_validate({"about": "x", "reads": ["dialogue"], "criteria": criteria, "overall": overall}).named(
        "mine"
    )


def answer(wit: int | None, warmth: int | None) -> dict[str, Any]:
    return {"wit": {"explanation": "w", "score": wit}, "warmth": {"explanation": "v", "score": warmth}}


def test_samples_make_a_judge_and_judges_count_the_same() -> None:
    one = Opinion("a", [answer(4, 2), answer(5, 2), answer(3, 2)])
    other = Opinion("b", [answer(2, 5)])
    both = combine(rubric(), [one, other])
    assert both.scores == {"wit": 3.0, "warmth": 3.5}
    assert both.overall == pytest.approx((3 * 3.0 + 3.5) / 4)
    assert both.spread == {"wit": 2.0, "warmth": 3.0}
    assert both.agreement == pytest.approx(1 - 2.5 / 4)
    assert combine(rubric("minimum"), [one, other]).overall == 3.0
    assert (one.method(), other.method()) == ("samples", "said")
    assert one.to_json(rubric())["samples"] == {"wit": [4, 5, 3], "warmth": [2, 2, 2]}


def test_what_does_not_apply_counts_for_nothing() -> None:
    tag = combine(rubric(), [Opinion("a", [answer(4, None)])]).tag(rubric())
    assert tag == {"rubric": "mine", "wit": 4.0, "warmth": None, "overall": 4.0}
    mixed = Opinion("a", [answer(4, None), answer(4, None), answer(4, 5)])
    assert mixed.score("warmth") is None
    assert Opinion("a", [answer(4, None), answer(4, 5)]).score("warmth") == 5.0
    assert combine(rubric(), [Opinion("a", [answer(None, None)])]).overall is None


def test_an_expected_score_comes_before_the_one_that_was_said() -> None:
    opinion = Opinion("a", [answer(4, 3)], {"wit": Expected(3.6, 0.9, {3: 0.4, 4: 0.6})})
    assert (opinion.score("wit"), opinion.score("warmth")) == (3.6, 3.0)
    told = opinion.to_json(rubric())
    assert (told["method"], told["said"]["wit"], told["mass"]) == ("probabilities", 4, {"wit": 0.9})
    assert told["explanations"] == {"wit": "w", "warmth": "v"}


def pair(straight: str, swapped: str) -> Comparison:
    return compared("a", *(PairAnswer({"explanation": "", "better": each}, "") for each in (straight, swapped)))


@pytest.mark.parametrize(
    ("straight", "swapped", "winner", "consistent", "position", "preference"),
    [
        ("A", "B", "first", True, None, 1.0),
        ("B", "A", "second", True, None, 0.0),
        ("tie", "tie", "tie", True, None, 0.5),
        ("A", "A", "tie", False, "A", 0.5),
        ("B", "B", "tie", False, "B", 0.5),
        ("A", "tie", "tie", False, None, 0.75),
    ],
)
def test_a_pair_is_won_in_both_orders_or_not_at_all(
    straight: str, swapped: str, winner: str, consistent: bool, position: str | None, preference: float
) -> None:
    found = pair(straight, swapped)
    assert (found.winner, found.consistent, found.position, found.preference) == (
        winner,
        consistent,
        position,
        preference,
    )


def test_most_judges_decide_a_pair() -> None:
    votes = [pair("A", "B"), pair("A", "B"), pair("B", "A")]
    assert verdict(votes) == {"winner": "first", "preference": 0.6667, "consistent": True}
    assert verdict([pair("A", "B"), pair("B", "A")])["winner"] == "tie"
    assert verdict([pair("B", "A"), pair("A", "A")]) == {"winner": "second", "preference": 0.25, "consistent": False}
