"""Tags of a finished set: one name for each meaning, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.quality.embedding import has_embedding, load_embedding
from dialoom.quality.judging.normalise import normalise_tags
from dialoom.quality.judging.taxonomy import tidy_tags

SET = [
    ["Trip planning", "hotels"],
    ["trip-planning", "Hotel"],
    ["Planning trips"],
    ["travel planning", "rare thing"],
    ["travel planning"],
]


def test_tags_are_tidied() -> None:
    said = ["Spelling and Grammar-Check!", "spelling and grammar check", "C++", "", "  ", "users' wishes", "Ärger"]
    assert tidy_tags(said) == ["spelling and grammar check", "c++", "users wishes", "ärger"]


def test_case_endings_and_order_are_folded_and_rare_ones_cut() -> None:
    names = normalise_tags(SET, least=2)
    assert names.records == {"trip planning": 3, "hotel": 2, "travel planning": 2}
    assert names.name_of["rare thing"] is None
    assert names.apply(["PLANNING TRIPS", "trip planning", "rare thing", "unseen"]) == ["trip planning"]
    assert names.before == 6


def test_near_synonyms_join_the_more_frequent_and_no_chain_joins_what_is_far_apart() -> None:
    places = {"a": 0.0, "b": 0.5, "c": 1.0}

    def embed(tags: Sequence[str]) -> np.ndarray:
        return np.array([[np.cos(places[tag]), np.sin(places[tag])] for tag in tags], dtype=np.float32)

    lists = [["a"]] * 4 + [["b"]] * 3 + [["c"]] * 2
    near = float(np.cos(0.6))
    assert normalise_tags(lists, near=near, embed=embed).name_of == {"a": "a", "b": "a", "c": "c"}


@pytest.mark.skipif(not has_embedding(), reason="needs the extra 'embeddings'")
def test_meanings_are_compared() -> None:
    names = normalise_tags(SET, least=2, embed=load_embedding())
    assert names.name_of["travel planning"] == "trip planning"
    assert names.name_of["hotels"] == "hotel"


@given(
    st.lists(st.lists(st.sampled_from(["a b", "B a", "c", "cs", "C-s", "d", "e f"]), max_size=4), max_size=12),
    st.integers(0, 99),
)
@settings(deadline=None)
def test_the_order_of_the_records_plays_no_part(lists: list[list[str]], seed: int) -> None:
    def embed(tags: Sequence[str]) -> np.ndarray:
        angles = [Random(tag).random() for tag in tags]
        return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)

    shuffled = Random(seed).sample(lists, len(lists))
    one, other = (normalise_tags(each, least=2, near=0.95, embed=embed) for each in (lists, shuffled))
    assert one.name_of == other.name_of
    assert one.records == other.records
    for tags in lists:
        once = one.apply(tags)
        assert one.apply(once) == once
