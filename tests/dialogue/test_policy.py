"""Dialogue policies: files that hold together, walks in a band, and learning from annotated dialogues."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Turn
from dialoom.dialogue.policy import (
    END,
    Policy,
    Walks,
    bigrams_of,
    divergence,
    learn_policy,
    policy_from,
    read_policy,
    write_policy,
)
from dialoom.errors import DataError, DialoomError
from dialoom.yaml_file import Lines

CALL = """policy: call
speakers: [caller, agent]
start: {open: 1}
states:
  open: {by: caller, acts: [greet, inform], next: {ask: 3, refuse: 1}}
  ask: {by: agent, next: answer}
  answer: {by: caller, next: [ask, refuse]}
  refuse: {by: agent, next: {bye: 1, end: 0.5}}
  bye: {by: caller, acts: [goodbye], next: end}
"""


def policy(text: str = CALL, folder: Path | None = None) -> Policy:
    from dialoom.yaml_file import parse_yaml

    return policy_from(*parse_yaml(text, "p.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ask: 3", "ask: 0", "p.yaml:5, states.open.next.ask: expected more than 0, got 0"),
        ("ask: 3", "ask: -1", "states.open.next.ask"),
        ("ask: 3", "ask: .nan", "states.open.next.ask"),
        ("ask: 3", "ask: true", "states.open.next.ask: expected a number"),
        ("ask: 3", "aks: 3", "p.yaml:5, states.open.next.aks: no state is called 'aks'"),
        ("next: answer", "next: answr", "no state is called 'answr'"),
        ("start: {open: 1}", "start: {opn: 1}", "start.opn: no state is called 'opn'"),
        ("by: agent, next: answer", "by: agnt, next: answer", "called 'agnt' (did you mean 'agent'?)"),
        ("start: {open: 1}", "start: {bye: 1}", "no talk can come to this state"),
        ("[ask, refuse]", "[ask]", "from this state a talk can never come to an end"),
        ("{ask: 3, refuse: 1}", "{ask: 3}", ""),
        ("[goodbye], next: end", "[goodbye], next: open", ""),
        ("{bye: 1, end: 0.5}", "{bye: 1, refuse: 1}", ""),
        ("acts: [goodbye], next: end", "acts: [goodbye], next: bye", "from this state a talk can never come to an end"),
        ("  bye: {by", "  end: {by: agent, next: end}\n  bye: {by", "'end' is where a talk is over"),
        ("acts: [goodbye]", "act: [goodbye]", "unknown field 'act' (did you mean 'acts'?)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told(old: str, new: str, words: str) -> None:
    assert CALL.count(old) >= 1
    if not words:
        policy(CALL.replace(old, new))
        return
    with pytest.raises(DialoomError) as wrong:
        policy(CALL.replace(old, new))
    assert words in str(wrong.value)


def test_a_policy_is_written_and_read_back(tmp_path: Path) -> None:
    write_policy(policy(), tmp_path / "p.yaml")
    assert read_policy(tmp_path / "p.yaml") == policy()


def lengths_by_force(one: Policy, least: int, most: int) -> dict[tuple[str, ...], float]:
    """All walks in a band with their chances, by walking them all."""
    found: dict[tuple[str, ...], float] = {}
    ahead: list[tuple[tuple[str, ...], float]] = [((name,), chance) for name, chance in one.starts().items()]
    while ahead:
        walk, chance = ahead.pop()
        for after, share in one.follows(walk[-1]).items():
            if after == END:
                if least <= len(walk) <= most:
                    found[walk] = chance * share
            elif len(walk) < most:
                ahead.append(((*walk, after), chance * share))
    total = sum(found.values())
    return {walk: chance / total for walk, chance in found.items()}


@given(least=st.integers(1, 7), more=st.integers(0, 4))
def test_walks_are_drawn_as_the_policy_would_in_the_band(least: int, more: int) -> None:
    one = policy()
    forced = lengths_by_force(one, least, least + more)
    if not forced:
        with pytest.raises(DataError, match="no walk of the policy has"):
            Walks(one, least, least + more)
        return
    walks = Walks(one, least, least + more)
    by_length: Counter[int] = Counter()
    bigrams: Counter[tuple[str, str]] = Counter()
    for walk, chance in forced.items():
        by_length[len(walk)] += chance  # type: ignore[assignment]
        for pair in pairwise(walk):
            bigrams[pair] += chance  # type: ignore[assignment]
    assert walks.lengths == pytest.approx(dict(by_length))
    assert walks.expected() == pytest.approx(dict(bigrams))
    assert tuple(walks.draw(Random(least * 31 + more))) in forced


# Of three turns, nine walks in ten go by b, though a goes to b and c alike.
FORK = """states:
  a: {by: x, next: [b, c]}
  b: {by: y, next: {d: 9, end: 1}}
  c: {by: y, next: {d: 1, end: 9}}
  d: {by: x, next: end}
"""


@pytest.mark.parametrize(("text", "least", "most"), [(CALL, 3, 7), (FORK, 2, 3), (FORK, 3, 3)])
def test_drawn_walks_come_as_often_as_they_should(text: str, least: int, most: int) -> None:
    one = policy(text)
    forced = lengths_by_force(one, least, most)
    walks, random = Walks(one, least, most), Random(1)
    drawn = Counter(tuple(walks.draw(random)) for _ in range(20_000))
    spread = Counter(tuple(walks.at(n / 1000)) for n in range(1000))
    assert drawn.keys() == forced.keys()
    for walk, chance in forced.items():
        assert drawn[walk] / 20_000 == pytest.approx(chance, abs=0.015)
        # All walks lie side by side, each as wide as its chance.
        assert spread[walk] / 1000 == pytest.approx(chance, abs=0.002)


def talk(*turns: tuple[str, str]) -> Dialogue:
    return Dialogue(id="d", turns=[Turn(speaker=who, text="x", acts=acts.split("+")) for who, acts in turns])


TALKS = [
    talk(("u", "ask"), ("a", "inform"), ("u", "thank+bye")),
    talk(("u", "ask"), ("a", "inform"), ("u", "ask"), ("a", "inform")),
]


def test_learning_counts() -> None:
    learnt = learn_policy([*TALKS, talk(("u", "")), Dialogue(id="e", turns=[Turn(speaker="u", text="x")])])
    assert (learnt.dialogues, learnt.left_out, learnt.shortest, learnt.longest) == (3, 1, 1, 4)
    learnt = learn_policy(TALKS)
    one = learnt.policy
    assert one.speakers == ["u", "a"]
    assert one.states["u:ask"].next == {"a:inform": 3}
    assert one.states["a:inform"].next == {"u:thank+bye": 1, "u:ask": 1, END: 1}
    assert one.acts("u:thank+bye") == ["thank", "bye"]
    assert not list(one.flaws())
    smooth = learn_policy(TALKS, smoothing=0.5).policy
    assert smooth.states["u:ask"].next == {"a:inform": 3.5, END: 0.5}
    assert smooth.states["a:inform"].next == {"u:thank+bye": 1.5, "u:ask": 1.5, END: 1.5}


def test_many_names_become_positions() -> None:
    many = [talk((f"p{n}", "ask"), (f"q{n}", "inform")) for n in range(9)]
    assert learn_policy(many).policy.speakers == ["first", "second"]


def test_nothing_to_learn_from() -> None:
    with pytest.raises(DataError, match="none of 1 dialogues has dialogue acts"):
        learn_policy([Dialogue(id="e", turns=[Turn(speaker="u", text="x")])])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [({"a": 1}, {"a": 5}, 0.0), ({"a": 1}, {"b": 1}, 1.0), ({"a": 1, "b": 1}, {"a": 1}, 0.311278), ({}, {"a": 1}, 1.0)],
)
def test_divergence(one: dict[Any, float], other: dict[Any, float], expected: float) -> None:
    assert divergence(one, other) == pytest.approx(expected, abs=1e-6)
    assert divergence(other, one) == pytest.approx(expected, abs=1e-6)


def test_bigrams() -> None:
    assert bigrams_of(TALKS[:1]) == {(("ask",), ("inform",)): 1, (("inform",), ("thank", "bye")): 1}


def test_lines_are_not_needed() -> None:
    assert policy_from({"states": {"a": {"by": "x", "next": "end"}}}, Lines()).roles() == ["x"]
