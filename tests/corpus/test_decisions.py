"""Decisions: the latest on a subject holds, none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.corpus.decisions import decide, decisions
from dialoom.errors import UsageError
from tests.corpus.splits.making import corpus, many


def test_the_latest_decision_holds_and_stands_beside_what_there_is(tmp_path: Path) -> None:
    made = corpus(
        tmp_path / "c", [*many(6, intents=["pay", "lose"]), *many(4, seed=1, intents=["lose"], provenance="synthetic")]
    )
    assert decisions(made) == []
    decide(made, "pay", "collect", why="plenty of logs", who="Ana")
    decide(made, "lose", "collect", why="first thought", who="Ana")
    decide(made, "lose", "synthesise", why="three a year", who="Tom")
    held = decisions(made)
    assert [one[:4] for one in held] == [
        ("lose", "synthesise", "three a year", "Tom"),
        ("pay", "collect", "plenty of logs", "Ana"),
    ]
    assert [(one.real, one.synthetic) for one in held] == [(3, 4), (3, 0)]
    assert [one.who for one in decisions(made, all=True)] == ["Ana", "Tom", "Ana"]


def test_a_decision_needs_its_parts(tmp_path: Path) -> None:
    made = corpus(tmp_path / "c", many(1))
    with pytest.raises(UsageError, match="'maybe' is no decision"):
        decide(made, "pay", "maybe", why="x", who="y")
    with pytest.raises(UsageError, match="needs its 'why'"):
        decide(made, "pay", "collect", why=" ", who="y")
