"""Quotas, best of n and diversity over a finished set: what is chosen, and why the rest is not, in any order."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Lineage, Plan, Turn
from dialoom.errors import DataError
from dialoom.likeness.shingles import jaccard, shingles
from dialoom.quality.gate import BestOf, Diverse, Quota, WholeSet
from dialoom.quality.gate.best_of import Member, best_of
from dialoom.quality.gate.diverse import facility_location, farthest_first, words_alike
from dialoom.quality.gate.quotas import Quotas
from dialoom.quality.gate.values import value_of
from dialoom.quality.score import Score
from tests.quality.talk import talk


def made(number: int, text: str = "Yes.", **known: Any) -> Dialogue:
    turns = [Turn(speaker="Ann", text=text)]
    return Dialogue(id=f"d{number:03}", turns=turns, lineage=Lineage(seed=f"s{number % 3}", position=[number]), **known)


def chosen(whole: WholeSet, dialogues: list[Dialogue]) -> dict[str, str | None]:
    whole.add(dialogues)
    return dict(zip([one.id for one in dialogues], whole.choose(), strict=True))


def test_a_quota_keeps_the_first_of_each_value_and_says_which_is_full() -> None:
    dialogues = [made(n, topic="ab"[n % 2]) for n in range(8)]
    reasons = chosen(WholeSet(quotas={"topic": Quota(max=2, of={"b": 3})}), dialogues)
    assert [name for name, reason in reasons.items() if reason is None] == ["d000", "d001", "d002", "d003", "d005"]
    assert reasons["d004"] == "quota: topic 'a' has its 2"
    assert reasons["d007"] == "quota: topic 'b' has its 3"


def test_positions_fill_quotas_where_the_order_of_arrival_means_nothing() -> None:
    dialogues = [made(n, topic="a") for n in range(9)]
    random.Random(1).shuffle(dialogues)
    reasons = chosen(WholeSet(quotas={"topic": Quota(max=3)}, in_order=False), dialogues)
    assert {name for name, reason in reasons.items() if reason is None} == {"d000", "d001", "d002"}


@pytest.mark.parametrize(
    ("turns", "band"), [(1, "under 4"), (4, "4 to under 8"), (7, "4 to under 8"), (8, "from 8"), (30, "from 8")]
)
def test_a_metric_is_counted_by_bands(turns: int, band: str) -> None:
    quotas = Quotas({"turns": Quota(max=1, bands=[4, 8])})
    one = quotas.read(talk(*["Yes."] * turns))
    assert quotas.take(one) is None
    assert quotas.take(one) == f"quota: turns {band} has its 1"


def test_a_dialogue_counts_for_each_of_its_intents_and_one_without_is_not_bounded() -> None:
    both = talk("a", "b")
    both.turns[0].intent, both.turns[1].intent = "refund", "greet"
    quotas = Quotas({"intent": Quota(max=1)})
    assert quotas.take(quotas.read(both)) is None
    assert quotas.take(quotas.read(talk("a", fields={"intent": "greet"}))) == "quota: intent 'greet' has its 1"
    assert [quotas.take(quotas.read(talk("a"))) for _ in range(3)] == [None] * 3


def test_names_reach_fields_tags_and_metrics() -> None:
    one = talk(
        "Hi there.",
        topic="cats",
        plan=Plan(emotion="calm"),
        fields={"ticket": {"urgency": 3}, "words": "mine"},
        tags={"judge": {"overall": 4.5}, "judge.x": 1},
    )
    named = ("topic", "plan.emotion", "ticket.urgency", "words", "judge.overall", "judge.x", "turns", "nothing", "a.b")
    assert [value_of(one, name) for name in named] == ["cats", "calm", 3, "mine", 4.5, 1, 1, None, None]


def test_the_best_of_each_group_are_kept_with_rank_and_scores_for_the_rest() -> None:
    dialogues = [made(n, "word " * (n + 1)) for n in range(9)]
    reasons = chosen(WholeSet(best_of=BestOf(score="words", keep=2), score=Score("words")), dialogues)
    assert [name for name, reason in reasons.items() if reason is None] == [f"d{n:03}" for n in range(3, 9)]
    assert reasons["d000"] == "best_of: 3rd of its group, 1 against 4"


def test_a_score_that_is_missing_is_worse_than_any_and_what_was_kept_before_stands() -> None:
    group = [Member(-5.0, (0,)), Member(None, (1,)), Member(-7.0, (2,), kept_before=True), Member(-5.0, (3,))]
    assert best_of(group, 2) == [
        None,
        "best_of: 4th of its group, no score against -5",
        None,
        "best_of: 3rd of its group, -5 against -5",
    ]


@pytest.mark.parametrize("what", ["quota", "best_of"])
def test_a_name_that_no_dialogue_has_is_an_error_with_the_nearest(what: str) -> None:
    whole = (
        WholeSet(quotas={"colour": Quota(max=1)})
        if what == "quota"
        else WholeSet(best_of=BestOf(by="colour", score="words"), score=Score("words"))
    )
    whole.add([made(1, fields={"colours": "red"})])
    with pytest.raises(DataError, match=f"{what}: no dialogue has a value for 'colour'.*did you mean 'colours'"):
        whole.choose()


WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "tu") for b in ("ro", "sen", "dik", "val", "pum")]


def texts(count: int) -> list[str]:
    chance = random.Random(5)
    return [" ".join(chance.choices(WORDS, k=12)) for _ in range(count)]


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_groups_and_diversity_do_not_depend_on_the_order(chance: random.Random, keep: int) -> None:
    dialogues = [made(n, text) for n, text in enumerate(texts(15))]

    def which(these: list[Dialogue]) -> dict[str, str | None]:
        best = BestOf(score="distinct_1", keep=4)
        diverse = Diverse(keep=keep, by="rouge_l")
        return chosen(WholeSet(best_of=best, score=Score("distinct_1"), diverse=diverse), these)

    shuffled = list(dialogues)
    chance.shuffle(shuffled)
    assert which(shuffled) == which(dialogues)


def test_diverse_leaves_out_near_copies_and_names_what_they_are_like() -> None:
    apart = ["the cat sat on a mat", "we sell nine red cars", "please call me back tomorrow"]
    dialogues = [made(n, text) for n, text in enumerate([*apart, *(f"{text} now" for text in apart)])]
    reasons = chosen(WholeSet(diverse=Diverse(keep=3, by="rouge_l")), dialogues)
    assert sorted(name[-1] for name, reason in reasons.items() if reason is None) in (["0", "1", "2"], ["0", "4", "5"])
    assert reasons["d003"] == "diverse: not among the 3 chosen, 0.92 like 'd000'"


def test_facility_location_is_the_greedy_choice() -> None:
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = np.maximum(vectors @ vectors.T, 0)
    greedy: list[int] = []
    covered = np.zeros(60)
    for _ in range(12):
        gains = np.maximum(likeness - covered, 0).sum(axis=1)
        gains[greedy] = -1
        greedy.append(int(gains.argmax()))
        covered = np.maximum(covered, likeness[greedy[-1]])
    choice = facility_location(vectors, 12)
    assert choice.chosen == greedy
    assert [choice.nearest[row][0] for row in greedy] == greedy
    assert facility_location(vectors, 100).chosen[:12] == greedy
    assert sorted(facility_location(vectors, 100).chosen) == list(range(60))


def test_farthest_first_takes_the_least_like_each_time() -> None:
    said = ["a b c d", "a b c e", "x y z", "a b q r", ""]
    choice = farthest_first(len(said), 3, words_alike(said))
    assert choice.chosen == [0, 2, 4]
    assert choice.nearest[1] == (0, 0.75)
    assert Counter(farthest_first(5, 9, words_alike(said)).chosen) == Counter(range(5))


def test_of_near_duplicates_the_first_by_position_stays_and_is_named() -> None:
    said = ["the", "red", "bus", "leaves", "from", "the", "old", "station", "at", "nine", "every", "day"]
    changed = [[*said[:place], "x", *said[place + 1 :]] for place in (2, 7, 2)]
    texts = [" ".join(one) for one in (said, said, *changed)] + ["something else is said here by all of them"] * 2
    dialogues = [made(n, text) for n, text in enumerate(texts)]
    for seed in range(4):
        random.Random(seed).shuffle(dialogues)
        reasons = chosen(WholeSet(near=0.6), dialogues)
        assert {name for name, reason in reasons.items() if reason is None} == {"d000", "d005"}
        assert reasons["d001"] == "near: 1.00 like 'd000'"
        assert reasons["d002"] == "near: 0.73 like 'd000'"
        assert reasons["d006"] == "near: 1.00 like 'd005'"
    # 3 differs in two places from 2 and 4; where these two are left alone, they are like each other.
    few = chosen(WholeSet(near=0.9), dialogues)
    assert {name for name, reason in few.items() if reason is not None} == {"d001", "d004", "d006"}


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=14), st.sampled_from([0.3, 0.6, 1.0]))
def test_no_two_that_are_near_stay_and_each_that_goes_is_near_one_that_stays(
    said: list[list[str]], near: float
) -> None:
    dialogues = [made(n, " ".join(words)) for n, words in enumerate(said)]
    reasons = chosen(WholeSet(near=near), dialogues)
    sets = {one.id: shingles(one.text()) for one in dialogues}
    stay = [one for one in sets if reasons[one] is None]

    def alike(one: str, other: str) -> bool:
        return bool(len(sets[one])) and bool(len(sets[other])) and jaccard(sets[one], sets[other]) >= near

    assert not any(alike(one, other) for one in stay for other in stay if one < other)
    for gone in sets.keys() - stay:
        assert any(alike(gone, other) for other in stay if other < gone)


def test_near_duplicates_go_before_quotas_and_after_the_best_of_a_group() -> None:
    dialogues = [made(n, "the same words every time", topic="a") for n in range(3)] + [made(3, "no", topic="a")]
    reasons = chosen(WholeSet(near=0.5, quotas={"topic": Quota(max=2)}), dialogues)
    assert [name for name, reason in reasons.items() if reason is None] == ["d000", "d003"]


def test_a_group_without_scores_says_so() -> None:
    reasons = best_of([Member(None, (0,)), Member(None, (1,)), Member(None, (2,))], 1)
    assert reasons[1] == "best_of: 2nd of its group, which has no scores, so that the first were kept"
    assert best_of([Member(1.0, (0,)), Member(None, (1,))], 1)[1] == "best_of: 2nd of its group, no score against 1"
