"""ROUGE-L equals the reference package's on ASCII text, works beyond it, and refuses near-duplicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from dialoom.errors import DialoomError
from dialoom.quality import NearDuplicates, rouge_l

SCORER = RougeScorer(["rougeL"], use_stemmer=False)
TEXTS = st.one_of(
    st.text(alphabet=st.characters(max_codepoint=127), max_size=60),
    st.lists(st.sampled_from(["I", "don't", "lose", "my_bag", "the", "10:30", "Bag!", "-"]), max_size=12).map(" ".join),
)


@given(TEXTS, TEXTS)
def test_rouge_l_is_that_of_rouge_score(a: str, b: str) -> None:
    assert rouge_l(a, b) == pytest.approx(SCORER.score(a, b)["rougeL"].fmeasure, abs=1e-12)


def test_rouge_l_by_hand() -> None:
    assert rouge_l("the cat sat", "the cat lay down") == pytest.approx(4 / 7)
    assert rouge_l("a", "") == 0.0
    assert rouge_l("...", "...") == 0.0


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        ("\u6211\u60f3\u8ba2\u7968", "\u6211\u60f3\u9000\u7968", 0.75),
        ("потерял багаж", "Потерял билет", 0.5),
        ("\u0926\u093f\u0928 \u0930\u093e\u0924", "\u0926\u093f\u0928", 2 / 3),
        ("café noir", "cafe noir", 0.5),
    ],
)
def test_rouge_l_of_other_scripts(a: str, b: str, score: float) -> None:
    assert rouge_l(a, b) == pytest.approx(score)


def test_near_duplicates_are_refused_with_the_one_they_are_like() -> None:
    seen = NearDuplicates(0.7)
    assert seen.nearest("anything") is None
    assert seen.add("a suitcase is lost at the airport") is None
    assert seen.add("an upgrade to business class") is None
    refused = seen.add("A suitcase was lost at the airport!")
    assert refused is not None
    assert refused.other == "a suitcase is lost at the airport"
    assert refused.score == pytest.approx(6 / 7)
    assert len(seen) == 2


def test_nearest_gives_the_score_even_below_the_threshold() -> None:
    seen = NearDuplicates(0.9)
    seen.add("a lost bag")
    seen.add("one more seat")
    near = seen.nearest("a lost passport of one")
    assert near is not None
    assert near.other == "a lost bag"
    assert near.score == pytest.approx(rouge_l("a lost bag", "a lost passport of one"))


def test_the_threshold_itself_is_too_like() -> None:
    seen = NearDuplicates(0.5)
    seen.add("a b")
    assert seen.add("a c") is not None
    assert NearDuplicates(1).add("a b") is None


@pytest.mark.parametrize("threshold", [0, -1, 1.5])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(DialoomError, match="threshold"):
        NearDuplicates(threshold)
