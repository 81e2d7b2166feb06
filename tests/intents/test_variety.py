"""Sources of variety, their quotas, and what they make without a model."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Slot
from dialoom.intents.line import Ground, Line, broken_spans, in_words
from dialoom.intents.negatives import KINDS, negatives
from dialoom.intents.noise import Rates
from dialoom.intents.openers import Openers
from dialoom.intents.variety import DEFAULT_SHARES, SOURCES, Brief, mix, quotas
from tests.intents.lines import real_lines


def _ground() -> Ground:
    real = {intent: tuple(Line(text, intent) for text in texts) for intent, texts in real_lines().items()}
    own = real.pop("lost_luggage")[:4]
    text = "my bag is missing in paris since monday"
    slotted = Line(
        text,
        "lost_luggage",
        (Slot(name="city", value="paris", start=21, end=26), Slot(name="day", value="monday", start=33, end=39)),
    )
    return Ground("lost_luggage", "", (*own, slotted), real, {"city": ["rome", "new york"], "day": ["friday"]})


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 10), min_size=1, max_size=6), st.integers(0, 300))
def test_quotas_are_shares_and_sum_up(shares: dict[str, float], count: int) -> None:
    given_ = quotas(shares, count)
    whole = sum(shares.values())
    if whole > 0:
        assert sum(given_.values()) == count
        assert all(abs(given_[name] - count * share / whole) < 1 + 1e-6 for name, share in shares.items())


def test_all_sources_are_there() -> None:
    assert set(SOURCES.names()) == set(DEFAULT_SHARES)


@pytest.mark.parametrize("name", ["template", "paraphrase", "substitution", "perturbation"])
def test_a_source_without_a_model(name: str) -> None:
    stream = SOURCES.load(name).make(Brief(_ground(), Rates(kinds={"typo": 0.1})), Random(1))
    made = [next(stream) for _ in range(200)]
    assert all(line.variety == name and line.intent == "lost_luggage" for line in made)
    assert not [line for line in made if broken_spans(line.text, line.slots)]
    assert len({line.text for line in made}) > 5


def test_values_come_from_the_gazetteer() -> None:
    stream = SOURCES.load("substitution").make(Brief(_ground()), Random(1))
    cities = {slot.value for line in (next(stream) for _ in range(300)) for slot in line.slots if slot.name == "city"}
    assert cities == {"rome", "new york", "paris"}


def test_the_mix_keeps_quotas_and_has_no_twins() -> None:
    made = mix(Brief(_ground()), {"template": 0.5, "paraphrase": 0.5}, 20, Random(3))
    assert Counter(line.variety for line in made) == {"template": 10, "paraphrase": 10}
    texts = {line.text for line in made}
    assert len(texts) == 20
    assert not texts & {line.text for line in _ground().examples}


def test_what_one_source_lacks_the_others_make() -> None:
    made = mix(Brief(_ground()), {"template": 0.5, "free": 0.5}, 12, Random(3))
    assert {line.variety for line in made} == {"template"}
    assert len(made) == 12
    alone = mix(Brief(Ground("lost_luggage")), DEFAULT_SHARES, 8, Random(3))
    assert len(alone) == 8
    assert all("lost luggage" in line.text for line in alone)


def test_openers_are_those_of_many_intents() -> None:
    openers = Openers.of(real_lines())
    assert "can you tell" in openers.counts
    assert not any("bag" in head or "euros" in head for head in openers.counts)
    assert openers.split("Please where is my bag")[0] == "Please"


def test_names_in_words() -> None:
    assert in_words("lost_luggage") == in_words("LostLuggage") == in_words("lost-luggage") == "lost luggage"


@pytest.mark.parametrize("kind", KINDS.names())
def test_negatives_say_what_they_are(kind: str) -> None:
    ground = _ground()
    made = negatives(kind, ground, 5, Random(2))
    assert made
    assert all(line.variety == f"negative:{kind}" for line in made)
    assert not [line for line in made if broken_spans(line.text, line.slots)]
    if kind == "slot_violating":
        wrong = [slot for line in made for slot in line.slots if slot.name.startswith("invalid:")]
        assert len(wrong) == len(made)
        for slot in wrong:
            own = {"city": "paris", "day": "monday"}[slot.name.removeprefix("invalid:")]
            assert slot.value not in (*ground.gazetteers[slot.name.removeprefix("invalid:")], own)
    else:
        assert all(line.intent != ground.intent for line in made)
    if kind == "near_miss":
        assert all(line.text in {each.text for each in ground.others[line.intent]} for line in made)
    if kind == "contrast":
        for line in made:
            (pair,) = line.of
            assert len(set(line.text.split()) ^ set(pair.split())) <= 2
