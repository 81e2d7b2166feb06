"""Best of n: of each group, those with the highest score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group.

    Attributes:
        score: None where it has none, which is less than any.
        order: what decides between equal scores: the lower.
        kept_before: it was kept by an earlier decision, which stands.
    """

    score: float | None
    order: tuple[object, ...]
    kept_before: bool = False


def best_of(group: Sequence[Member], keep: int) -> list[str | None]:
    """For each member the reason why it is not kept, or None."""
    ranked = sorted(range(len(group)), key=lambda place: _rank(group[place]))
    least = group[ranked[min(keep, len(ranked)) - 1]].score
    reasons: list[str | None] = [None] * len(group)
    for rank, place in enumerate(ranked[keep:], start=keep + 1):
        one = group[place]
        if not one.kept_before:
            reasons[place] = f"best_of: {_ordinal(rank)} of its group, {_against(one.score, least)}"
    return reasons


def _rank(member: Member) -> tuple[bool, bool, float, tuple[object, ...]]:
    score = member.score
    return not member.kept_before, score is None, -(score or 0.0), member.order


def _against(score: float | None, least: float | None) -> str:
    if score is None and least is None:
        return "which has no scores, so that the first were kept"
    return f"{_shown(score)} against {_shown(least)}"


def _shown(score: float | None) -> str:
    return "no score" if score is None else f"{score:.4g}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
