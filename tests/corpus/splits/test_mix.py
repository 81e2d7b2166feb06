"""Mixing real and synthetic dialogues."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dialoom.corpus.held_out import hold_out, text_key
from dialoom.corpus.splits import mix
from dialoom.corpus.splits.plan import Plan
from dialoom.errors import DataError, UsageError
from tests.corpus.splits.making import corpus, dialogue, many, names

REAL = list(many(60, intents=["greet", "greet", "greet", "lose"]))
MADE = list(many(200, seed=1, intents=["greet", "lose"], provenance="synthetic"))


def counts(plan: Plan) -> Counter[tuple[str | None, ...]]:
    return Counter(row.stratum for row in plan.sets["train"])


def test_a_ratio_holds_in_every_stratum(tmp_path: Path) -> None:
    plan = mix(corpus(tmp_path / "c", [*REAL, *MADE]), 2, by=["intent"])
    assert counts(plan) == {
        ("real", "greet"): 45,
        ("synthetic", "greet"): 90,
        ("real", "lose"): 15,
        ("synthetic", "lose"): 30,
    }
    assert not plan.notes


def test_even_brings_the_rare_up(tmp_path: Path) -> None:
    plan = mix(corpus(tmp_path / "c", [*REAL, *MADE]), 1, by=["intent"], spread="even")
    assert counts(plan) == {
        ("real", "greet"): 45,
        ("real", "lose"): 15,
        ("synthetic", "greet"): 15,
        ("synthetic", "lose"): 45,
    }


def test_a_size_is_kept(tmp_path: Path) -> None:
    plan = mix(corpus(tmp_path / "c", [*REAL, *MADE]), 1, by=["intent"], size=40)
    assert Counter(row.provenance for row in plan.sets["train"]) == {"real": 20, "synthetic": 20}
    assert counts(plan)["real", "lose"] == 5


def test_too_few_synthetic_ones_are_told(tmp_path: Path) -> None:
    plan = mix(corpus(tmp_path / "c", [*REAL, *MADE[:20]]), 1, by=["intent"])
    assert plan.notes == ["35 synthetic dialogues too few in (greet)", "5 synthetic dialogues too few in (lose)"]
    assert mix(corpus(tmp_path / "d", [*REAL, *MADE[:20]]), 1).notes == ["40 synthetic dialogues too few"]


def test_a_seed_chooses_whatever_the_order(tmp_path: Path) -> None:
    one = mix(corpus(tmp_path / "1", [*REAL, *MADE]), 1, by=["intent"], seed=3)
    two = mix(corpus(tmp_path / "2", [*MADE[::-1], *REAL[::-1]], run="z"), 1, by=["intent"], seed=3)
    three = mix(corpus(tmp_path / "3", [*REAL, *MADE]), 1, by=["intent"], seed=4)
    assert sorted(names(one.sets["train"])) == sorted(names(two.sets["train"])) != sorted(names(three.sets["train"]))


def test_what_is_held_out_or_gives_it_away_is_not_mixed_in(tmp_path: Path) -> None:
    held = REAL[0]
    near = dialogue("near", " ".join(["um", *held.turns[0].text.split()[1:]]), provenance="synthetic")
    child = dialogue("child", MADE[0].turns[0].text + " indeed", source=held.id, provenance="synthetic")
    made = corpus(tmp_path / "c", [*REAL, *MADE[1:], near, child])
    hold_out(made, "test", texts={text_key(held.text()): held.id})
    plan = mix(made, 3)
    assert {row.id for row, _ in plan.withheld} == {held.id, "near", "child"}
    assert not {held.id, "near", "child"} & set(names(plan.sets["train"]))


def test_wrong_wishes_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a ratio is 0 or more"):
        mix(corpus(tmp_path / "c", REAL), -1)
    with pytest.raises(DataError, match="no real dialogue"):
        mix(corpus(tmp_path / "d", MADE), 1)
