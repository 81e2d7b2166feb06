"""Expected scores over token probabilities, for answers cut into tokens anyhow."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.models import Token
from dialoom.quality.judging import expected_scores
from dialoom.quality.judging.expected import token_choice

SCALE = [1, 2, 3, 4, 5]


def likely(**shares: float) -> tuple[tuple[str, float], ...]:
    return tuple((text, math.log(share)) for text, share in shares.items())


def tokens(*parts: str | tuple[str, dict[str, float]]) -> list[Token]:
    return [
        Token(part.encode(), ((part, 0.0),))
        if isinstance(part, str)
        else Token(part[0].encode(), tuple((text, math.log(share)) for text, share in part[1].items()))
        for part in parts
    ]


def test_the_score_is_the_sum_of_scores_times_their_probabilities() -> None:
    """The formula of G-Eval, Liu et al. 2023: score = sum of p(s) s."""
    shares = {"4": 0.5, "5": 0.3, "3": 0.1, "Z": 0.1}
    text = '{"warmth": {"explanation": "x", "score": 4}}'
    found = expected_scores(text, tokens(text[:-3], ("4", shares), "}}"), SCALE)["warmth"]
    assert found.mass == pytest.approx(0.9)
    assert found.score == pytest.approx((0.5 * 4 + 0.3 * 5 + 0.1 * 3) / 0.9)
    assert list(found.shares) == [3, 4, 5]


@pytest.mark.parametrize(
    ("start", "token", "shares"),
    [
        ('{"w":{"explanation":"","score":', " 4", {" 4": 0.5, "4": 0.25, " 2": 0.25}),
        ('{"w":{"explanation":"","score"', ": 4", {": 4": 0.75, ": 2": 0.25}),
    ],
)
def test_a_token_may_hold_what_stands_before_the_score(start: str, token: str, shares: dict[str, float]) -> None:
    made = tokens(start, (token, shares), "}}")
    text = b"".join(one.text for one in made).decode()
    assert expected_scores(text, made, SCALE)["w"].score == pytest.approx(3.5)


def test_white_space_around_the_text_that_the_server_took_off() -> None:
    made = tokens("\n", '{"w":{"explanation":"é","score":', ("3", {"3": 0.5, "5": 0.5}), "}}", "\n")
    assert expected_scores('{"w":{"explanation":"é","score":3}}', made, SCALE)["w"].score == pytest.approx(4)


@pytest.mark.parametrize(
    ("text", "scores", "why"),
    [
        ('{"w":{"explanation":"","score":1}}', [1, 10], "1 begins 10"),
        ('{"w":{"explanation":"","score":2}} and more', SCALE, "the tokens are of another text"),
    ],
)
def test_nothing_is_said_where_tokens_do_not_tell(text: str, scores: list[int], why: str) -> None:
    made = tokens('{"w":{"explanation":"","score":', ("1", {"1": 1.0}), "}}")
    assert expected_scores(text, made, scores) == {}, why


def test_scores_with_hardly_any_probability_are_not_trusted() -> None:
    made = tokens('{"w":{"explanation":"","score":', ("1", {")": 0.95, "1": 0.05}), "}}")
    assert expected_scores('{"w":{"explanation":"","score":1}}', made, SCALE) == {}


ANSWERS = st.dictionaries(
    st.sampled_from(["warmth", "score", "wit", "näh e"]),
    st.fixed_dictionaries({"explanation": st.text(max_size=30), "score": st.sampled_from(SCALE)}),
    min_size=1,
)


@given(ANSWERS, st.sampled_from([None, 1]), st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_each_score_is_found_however_the_answer_is_cut(
    answer: dict[str, Any], indent: int | None, ascii_only: bool, random: Any
) -> None:
    """Whatever explanations hold, quotes and braces and other criteria's names included."""
    text = json.dumps(answer, indent=indent, ensure_ascii=ascii_only)
    raw = text.encode()
    cuts = sorted({0, len(raw), *(random.randrange(len(raw)) for _ in range(12))})
    for places in (cuts, range(len(raw) + 1)):
        parts = [raw[start:end] for start, end in pairwise(places)]
        made = [Token(part, ((part.decode("utf-8", "replace"), 0.0),)) for part in parts]
        found = expected_scores(text, made, SCALE)
        assert {name: each.score for name, each in found.items()}.items() <= {
            name: each["score"] for name, each in answer.items()
        }.items()
    # Cut into single bytes, each score is a token of its own.
    assert found.keys() == answer.keys()


def test_a_choice_by_its_first_token() -> None:
    start = '{"explanation":"A is not \\"better\\":\\"B\\"","better":"'
    made = tokens(start, ("t", {"t": 0.5, "A": 0.25, 'B"': 0.25}), 'ie"}')
    text = b"".join(one.text for one in made).decode()
    assert token_choice(text, made, "better", ["A", "B", "tie"]) == pytest.approx({"tie": 0.5, "A": 0.25, "B": 0.25})
    assert token_choice(text, made, "worse", ["A", "B", "tie"]) == {}
    assert token_choice(text, [], "better", ["A", "B", "tie"]) == {}
