"""Near-duplicates among more texts than can be compared one by one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from dialoom.likeness import bands, prefixes
from dialoom.likeness.near import near_pairs
from dialoom.likeness.shingles import Shingles, shingles

MANY = 6_000


def planted(threshold: float, pairs: int, alone: int) -> Iterator[Shingles]:
    """Pairs that just reach a likeness, side by side, and then sets that are like none."""
    chance = np.random.default_rng(5)
    for _ in range(pairs):
        size = int(chance.integers(5, 60))
        one = chance.integers(0, 2**62, size)
        both = int(np.ceil(threshold * 2 * size / (1 + threshold) - 1e-9))
        yield np.sort(one)
        yield np.sort(np.concatenate([one[:both], chance.integers(0, 2**62, size - both)]))
    for _ in range(alone):
        yield np.sort(chance.integers(0, 2**62, 20))


@pytest.mark.parametrize("threshold", [0.4, 0.6, 0.9, 1.0])
def test_among_many_all_that_reach_the_threshold_are_found(threshold: float) -> None:
    sets = list(planted(threshold, 1_000, MANY - 2_000))
    found = list(near_pairs(sets, threshold))
    assert sorted((one, other) for one, other, _ in found) == [(2 * each, 2 * each + 1) for each in range(1_000)]
    assert all(threshold <= score <= 1 for _, _, score in found)


def test_both_ways_find_the_same() -> None:
    sets = list(planted(0.7, 150, 100))
    exact = set(prefixes.alike(sets, 0.7))
    assert {(2 * each, 2 * each + 1) for each in range(150)} <= exact & set(map(tuple, bands.alike(sets, 0.7).tolist()))


@pytest.mark.parametrize("number", [40, MANY])
def test_only_pairs_with_one_that_is_asked_about(number: int) -> None:
    sets = [np.sort(each) for each in np.random.default_rng(3).integers(0, 2**62, (number, 9))]
    for copy, of in ((number - 1, 0), (number - 2, 0), (2, 1)):
        sets[copy] = sets[of]
    sets[number - 3] = np.sort(np.append(sets[0], 7))
    start = number - 3
    found = {(one, other) for one, other, _ in near_pairs(sets, 0.6, start)}
    last = {number - 1, number - 2, number - 3}
    assert found == {(0, each) for each in last} | {(a, b) for a in last for b in last if a < b}
    assert (1, 2) in {(one, other) for one, other, _ in near_pairs(sets, 0.6)}


def test_thousands_who_say_the_same_are_no_burden() -> None:
    sets = [shingles("thank you")] * 300 + list(planted(0.6, 10, MANY))
    assert sum(1 for _ in near_pairs(sets, 0.6)) == 300 * 299 // 2 + 10


def test_shingles_are_the_same_in_every_process() -> None:
    code = "from dialoom.likeness.shingles import shingles; print(shingles('The cat sat on the mat').tolist())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert shingles("a b").tolist() != shingles("b a").tolist()
    assert len(shingles(" ?! ")) == 0
