"""Preference pairs: labels agree with scores, chosen and rejected differ, and what is no pair is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dialoom.dialogue import Dialogue, PreferencePair, Turn, pairs_of
from dialoom.errors import DataError
from tests.dialogue.tree_strategies import trees

said = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.sampled_from(["a", "b", "é"])), max_size=4)


def turns(pairs: list[tuple[str, str]]) -> list[Turn]:
    return [Turn(speaker=speaker, text=text) for speaker, text in pairs]


@given(said, said.filter(bool), said.filter(bool))
def test_a_prompt_may_be_told_or_not(
    prompt: list[tuple[str, str]], chosen: list[tuple[str, str]], rejected: list[tuple[str, str]]
) -> None:
    if chosen == rejected:
        with pytest.raises(ValidationError, match="are the same"):
            PreferencePair(id="p", prompt=turns(prompt), chosen=turns(chosen), rejected=turns(rejected))
        return
    pair = PreferencePair(id="p", prompt=turns(prompt), chosen=turns(chosen), rejected=turns(rejected))
    whole = pair.implicit()
    assert (whole.prompt, whole.chosen) == ([], turns(prompt + chosen))
    told = whole.explicit()
    assert told.prompt + told.chosen == turns(prompt + chosen)
    assert told.prompt + told.rejected == turns(prompt + rejected)
    assert told.chosen
    assert told.rejected
    assert told.chosen[0] != told.rejected[0] or 1 in (len(told.chosen), len(told.rejected))
    assert len(told.prompt) >= len(prompt)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"score_chosen": 1, "score_rejected": 2}, "label and the scores disagree"),
        ({"margin": -0.5}, "label and the margin disagree"),
        ({"score_chosen": float("nan")}, "finite number"),
        ({"chosen": []}, "at least 1 item"),
        ({"chose": []}, "not permitted"),
    ],
)
def test_what_is_no_pair_is_refused_and_named_in_a_record(more: dict[str, Any], words: str) -> None:
    held = {"id": "p", "chosen": turns([("assistant", "a")]), "rejected": turns([("assistant", "b")])} | more
    with pytest.raises(ValidationError, match=words):
        PreferencePair(**held)
    held["chosen"], held["rejected"] = ([turn.model_dump() for turn in held[name]] for name in ("chosen", "rejected"))
    with pytest.raises(DataError, match=r"fields\.pairs\[1\].*'d' holds no preference pair"):
        list(pairs_of(Dialogue(id="d", fields={"pairs": [good(), held]})))


def good() -> dict[str, Any]:
    return {"chosen": [{"speaker": "B", "text": "x"}], "rejected": [{"speaker": "B", "text": "y"}]}


def test_records_hold_one_pair_or_several() -> None:
    dialogue = Dialogue(id="d", fields={"pair": good() | {"id": "own"}, "pairs": [good(), good()]})
    assert [pair.id for pair in pairs_of(dialogue)] == ["own", "d-1", "d-2"]
    assert list(pairs_of(Dialogue(id="d"))) == []
    for wrong in ({"pair": "x"}, {"pairs": good()}):
        with pytest.raises(DataError, match="holds no preference pair"):
            list(pairs_of(Dialogue(id="d", fields=wrong)))


def test_the_margin_is_the_difference_of_the_scores_and_survives_being_held() -> None:
    pair = PreferencePair(id="p", **good(), score_chosen=4, score_rejected=1.5, made_by="judge", provenance={"j": 1})
    assert pair.margin == 2.5
    (back,) = pairs_of(Dialogue.from_json(Dialogue(id="d", fields={"pair": pair.held()}).to_json()))
    assert back == pair


@settings(deadline=None)
@given(trees)
def test_pairs_of_trees_name_chosen_and_rejected_and_they_differ(tree: Any) -> None:
    messages = {message.message_id: message for message in tree.messages()}
    every = list(tree.preferences(role=None))
    for pair in every:
        better, worse = (messages[pair.provenance[name]] for name in ("chosen", "rejected"))
        assert (pair.chosen[0].text, pair.rejected[0].text) == (better.text, worse.text)
        assert better.text != worse.text
        assert better.rank < worse.rank
        assert better.parent_id == worse.parent_id == pair.provenance["parent"]
        assert not better.deleted
        assert not worse.deleted
    assert {pair.id for pair in tree.preferences(role=None, ends=True)} <= {pair.id for pair in every}
    assert [pair.id for pair in tree.preferences()] == [
        pair.id
        for pair in every
        if {messages[pair.provenance[name]].role for name in ("chosen", "rejected")} == {"assistant"}
    ]
