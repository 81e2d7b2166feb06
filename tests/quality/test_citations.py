"""Citations are checked against the passages that they name."""

from __future__ import annotations

import pytest

from dialoom.dialogue import Dialogue, Turn
from dialoom.quality import METRICS

PASSAGES = [
    "The museum is open from Tuesday to Sunday between 10 and 18.",
    "A ticket costs 12.50 euros, and 6 euros for students.",
]


def talk(answer: str, passages: object = PASSAGES) -> Dialogue:
    turns = [Turn(speaker="User", text="How much is a ticket?"), Turn(speaker="Assistant", text=answer)]
    return Dialogue(id="x", turns=turns, fields={"passages": passages})


def measured(answer: str, passages: object = PASSAGES) -> tuple[object, object, object]:
    names = ("uncited", "unsupported_citations", "citation_support")
    uncited, unsupported, support = (METRICS.load(name).measure(talk(answer, passages)) for name in names)
    return uncited, unsupported, round(float(support), 2)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("A ticket costs 12.50 euros [2].", (0.0, 0, 1.0)),
        ("A ticket costs 12.50 euros. [2]", (0.0, 0, 1.0)),
        ("A ticket for students costs 6 euros [2]. The museum opens at 10 on Tuesday [1]!", (0.0, 0, 1.0)),
        # No such passage, a passage about something else, a number that it does not have, and no citation at all.
        ("A ticket costs 12.50 euros [3].", (0.0, 1, 0.0)),
        ("A ticket costs 12.50 euros [1].", (0.0, 1, 0.0)),
        ("A ticket costs 13 euros [2].", (0.0, 1, 0.0)),
        ("A ticket costs 12.50 euros.", (1.0, 0, 0.0)),
        ("A ticket costs 12.50 euros [2]. The museum shop sells postcards.", (0.5, 0, 1.0)),
        # Both passages together hold it up.
        ("The museum is open from Tuesday and a ticket costs 12.50 euros [1, 2].", (0.0, 0, 1.0)),
        ("The museum is open from Tuesday and a ticket costs 12.50 euros [1][2].", (0.0, 0, 1.0)),
        # Small talk and questions need no citation.
        ("You are welcome! A ticket costs 12.50 euros [2]. Would you like to buy a ticket today?", (0.0, 0, 1.0)),
        ("", (1.0, 0, 0.0)),
    ],
)
def test_what_is_cited(answer: str, told: tuple[object, object, object]) -> None:
    assert measured(answer) == told


def test_passages_may_be_objects_and_may_be_missing() -> None:
    held = [{"title": "a", "text": PASSAGES[0]}, {"title": "b", "text": PASSAGES[1]}]
    assert measured("A ticket costs 12.50 euros [2].", held) == (0.0, 0, 1.0)
    assert measured("A ticket costs 12.50 euros [2].", None) == (0.0, 1, 0.0)
