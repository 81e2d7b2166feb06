"""What holds of every split: groups whole, strata in their shares, the same again at any order."""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from dialoom.corpus.splits.assign import Group, assign
from dialoom.corpus.splits.groups import unite
from dialoom.likeness.near import near_pairs
from dialoom.likeness.shingles import shingles

SHARES = [
    {"train": 0.8, "validation": 0.1, "test": 0.1},
    {"train": 0.5, "test": 0.5},
    {"a": 0.34, "b": 0.33, "c": 0.33},
]
shares = st.sampled_from(SHARES)
strata = st.lists(st.sampled_from("xyz"), min_size=1, max_size=120)
keys = st.lists(st.sets(st.integers(0, 12), max_size=3), max_size=30)
texts = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f"]), max_size=8).map(" ".join), max_size=14)


@given(strata, shares, st.integers(0, 5))
def test_single_rows_keep_the_shares_of_each_stratum_to_within_one(
    rows: list[str], shares: dict[str, float], seed: int
) -> None:
    groups = [Group(str(index), Counter({value: 1})) for index, value in enumerate(rows)]
    placed = Counter(zip(assign(groups, shares, seed), rows, strict=True))
    for value, count in Counter(rows).items():
        for name, share in shares.items():
            assert abs(placed[name, value] - share * count) < 1 + 1e-9


@given(st.lists(st.lists(st.sampled_from("xyz"), min_size=1, max_size=6), min_size=1, max_size=60), shares)
def test_groups_keep_the_shares_to_within_the_largest_of_them(rows: list[list[str]], shares: dict[str, float]) -> None:
    groups = [Group(str(index), Counter(values)) for index, values in enumerate(rows)]
    placed: Counter[str] = Counter()
    for name, values in zip(assign(groups, shares, 0), rows, strict=True):
        placed[name] += len(values)
    most = max(map(len, rows))
    for name, share in shares.items():
        assert abs(placed[name] - share * placed.total()) <= 3 * most


@given(st.lists(st.lists(st.sampled_from("xyz"), min_size=1, max_size=4), max_size=40), shares, st.randoms())
def test_the_order_of_the_groups_does_not_matter(
    rows: list[list[str]], shares: dict[str, float], chance: object
) -> None:
    groups = [Group(str(index), Counter(values)) for index, values in enumerate(rows)]
    shuffled = list(groups)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first = dict(zip((group.name for group in groups), assign(groups, shares, 3), strict=True))
    assert first == dict(zip((group.name for group in shuffled), assign(shuffled, shares, 3), strict=True))


@given(keys)
def test_united_groups_share_no_key_and_are_connected(rows: list[set[int]]) -> None:
    groups = unite(rows)
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    owners: dict[int, set[int]] = defaultdict(set)
    for number, group in enumerate(groups):
        reached, waiting = set(), [group[0]]
        while waiting:
            row = waiting.pop()
            if row not in reached:
                reached.add(row)
                waiting += [other for other in group if rows[other] & rows[row]]
        assert reached == set(group)
        for row in group:
            for key in rows[row]:
                owners[key].add(number)
    assert all(len(of) == 1 for of in owners.values())


@given(texts, st.sampled_from([0.2, 0.5, 0.6, 0.75, 1.0]))
def test_near_pairs_are_those_that_comparing_all_finds(said: list[str], threshold: float) -> None:
    sets = [shingles(text) for text in said]
    expected = set()
    for one, first in enumerate(sets):
        for other in range(one + 1, len(sets)):
            a, b = set(first.tolist()), set(sets[other].tolist())
            if a and b and len(a & b) / len(a | b) >= threshold:
                expected.add((one, other))
    assert {(one, other) for one, other, _ in near_pairs(sets, threshold)} == expected
