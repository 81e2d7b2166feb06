"""A planted leak is found, by its plainest kind; what real people say alike is none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dialoom.corpus.splits import find_leaks
from dialoom.dialogue import Dialogue
from tests.corpus.splits.making import dialogue, many, text
from tests.quality.real import dialogsum

PROTECTED = list(many(40, seed=1))
TARGET = PROTECTED[7]
SAID = TARGET.turns[0].text.split()


def planted(kind: str) -> Dialogue:
    chance = random.Random(3)
    shapes = {
        "text": " ".join(SAID).upper() + "!",
        "near": " ".join([*SAID[:20], "uh", *SAID[21:]]),
        "run": f"{text(chance, 60)} {' '.join(SAID[5:18])} {text(chance, 60)}",
        # 12 words in a row at a time, so that none of the runs is as long as a leak by itself.
        "part": " ".join([*SAID[:12], text(chance, 4), *SAID[20:32], text(chance, 4)]),
    }
    return dialogue("0-99", shapes[kind])


@pytest.mark.parametrize("kind", ["text", "near", "run", "part"])
def test_a_planted_leak_is_found(kind: str) -> None:
    candidates = [*many(30), planted(kind)]
    report = find_leaks(candidates, PROTECTED)
    assert [(index, leak.kind) for index, leak in report.leaks.items()] == [(30, kind)]
    assert report.leaks[30].of == TARGET.id
    assert report.to_json()["kinds"] == {kind: 1}


def test_an_id_is_a_leak() -> None:
    report = find_leaks([dialogue(TARGET.id, text(random.Random(8)))], PROTECTED)
    assert [leak.kind for leak in report.leaks.values()] == ["id"]


def test_what_the_protected_share_among_themselves_is_no_leak() -> None:
    """How every agent answers the phone is a run of 13 words too."""
    greeting = "hello you have reached the help desk of north bank how may i help you today"
    chance = random.Random(2)
    protected = [dialogue(f"p{n}", f"{greeting} {text(chance)}") for n in range(20)]
    assert not find_leaks([dialogue("c", f"{greeting} {text(chance)}")], protected).leaks
    assert find_leaks([dialogue("c", f"{greeting} {text(chance)}")], protected[:1]).leaks


def test_meaning_counts_beyond_what_the_protected_show() -> None:
    def embed(texts: Sequence[str]) -> Any:
        """Everyone is as far from each other as can be, but for a text that speaks of what TARGET does."""
        rows = {one.text(): index for index, one in enumerate([*PROTECTED, *many(5)])}
        made = np.zeros((len(texts), 64), dtype=np.float32)
        for index, each in enumerate(texts):
            made[index, rows.get(each, 7)] = 1
        return made

    candidates = [*many(5), dialogue("same", "something else in other words")]
    report = find_leaks(candidates, PROTECTED, embed=embed)
    assert [(leak.id, leak.of, leak.kind) for leak in report.leaks.values()] == [("same", TARGET.id, "meaning")]
    assert not find_leaks(candidates, PROTECTED).leaks


def test_nothing_to_compare_is_no_leak() -> None:
    assert not find_leaks([], PROTECTED).leaks
    assert not find_leaks(PROTECTED, []).leaks


def test_real_strangers_are_no_leaks_and_real_copies_are() -> None:
    train, test = dialogsum("train")[:300], dialogsum("test")[:120]
    report = find_leaks([*train, *(one.model_copy(update={"id": f"x{one.id}"}) for one in test[:20])], test)
    copies = [leak for index, leak in report.leaks.items() if index >= len(train)]
    assert len(copies) == 20
    # DialogSum itself holds a few texts twice.
    assert sum(index < len(train) for index in report.leaks) < 30
