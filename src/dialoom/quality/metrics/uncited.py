"""How much is said without a citation."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._citations import claims, may_cite
from dialoom.quality.metrics._metric import Metric


def uncited(dialogue: Dialogue) -> float:
    """The share of stated sentences, those of who speaks first and questions apart, that cite no passage such as [1];
    1 where nothing is stated."""
    if not may_cite(dialogue):
        return 1.0
    stated = list(claims(dialogue))
    return sum(not claim.cited for claim in stated) / len(stated) if stated else 1.0


METRIC = Metric(
    "uncited",
    "share of the sentences in answers that cite no passage such as [1], 0..1; 1 where nothing is stated",
    "float",
    uncited,
    range=(0, 1),
)
