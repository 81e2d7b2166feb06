"""Made lines that real ones place elsewhere are heard again: right ones vouch for each other, wrong ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from dialoom.cycle.vouching import VOUCHED, vouched
from tests.intents.lines import real_lines

pytest.importorskip("sklearn")

NEARER = "nearer to weather"


def _row(text: str, intent: str, verdict: str = "drop", why: str = NEARER) -> dict[str, Any]:
    return {"text": text, "intent": intent, "verdict": verdict, "why": why}


def _real() -> dict[str, list[str]]:
    return {intent: lines[: 5 if intent == "lost_luggage" else 25] for intent, lines in real_lines().items()}


def test_right_lines_vouch_for_each_other_and_wrong_ones_do_not() -> None:
    held = real_lines()
    right = [_row(text, "lost_luggage") for text in held["lost_luggage"][5:]]
    wrong = [_row(held[intent][-1], "lost_luggage") for intent in sorted(held) if intent != "lost_luggage"]
    found = vouched([*right, *wrong], _real(), 0)
    kept = [row["text"] for row in found if row["verdict"] == "keep"]
    assert len(kept) > len(right) / 2
    assert not set(kept) & {row["text"] for row in wrong}
    assert {row["why"] for row in found if row["verdict"] == "keep"} == {VOUCHED}
    assert [row["text"] for row in found] == [row["text"] for row in [*right, *wrong]]


def test_what_was_dropped_for_another_reason_stays_out() -> None:
    right = real_lines()["lost_luggage"][5:]
    pool = [_row(text, "lost_luggage", why="a copy of: another") for text in right]
    assert vouched(pool, _real(), 0) == pool


def test_one_line_said_often_does_not_vouch_for_itself() -> None:
    # By real lines its intent is among the nearest: only what others say keeps it out.
    line = "where do i find it"
    said = (line, line.upper(), f"{line}!", f"{line}?", f"{line}...", f"{line}, ")
    pool = [_row(text, "lost_luggage") for text in said * 10]
    assert all(row["verdict"] == "drop" for row in vouched(pool, _real(), 0))
