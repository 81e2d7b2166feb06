"""Scores: one expression that gives a number."""

from __future__ import annotations

import pytest

from dialoom.quality import RuleError, TagColumn
from dialoom.quality.score import Score
from tests.quality.talk import talk


def test_a_score_is_a_number_for_each_dialogue_in_order() -> None:
    assert Score("words * 2 + turns").of([talk("a b"), talk("a", "b c")]) == [5.0, 8.0]
    assert Score("alternates").of([talk("a", "b")]) == [1.0]
    assert Score("turns").of([]) == []


def test_a_score_without_an_answer_is_none() -> None:
    one, other = talk("a", tags={"judge": {"overall": 4}}), talk("a")
    assert Score("judge.overall + turns", [TagColumn("judge.overall", "float")]).of([one, other]) == [5.0, None]
    assert Score("ln(turns - 1)").of([talk("a")]) == [None]


@pytest.mark.parametrize(
    "wrong", ["", "turn", "'a' || turns", "turns, words", "random() + turns", "3", "judge.overall"]
)
def test_nothing_but_one_number_over_metrics_is_a_score(wrong: str) -> None:
    with pytest.raises(RuleError):
        Score(wrong)
