"""How much is said without a citation."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._citations import claims, where_cited
from dialoom.quality.metrics._metric import Metric


def uncited(dialogue: Dialogue) -> float:
    """The share of stated sentences, those of who speaks first and questions apart, that cite no passage such as [1];
    1 where nothing is stated."""
    stated = list(claims(dialogue))
    return sum(not claim.cited for claim in stated) / len(stated) if stated else 1.0


METRIC = Metric(
    "uncited",
    "share of the sentences in answers that cite no passage such as [1], 0..1; 1 where nothing is stated",
    "float",
    where_cited(uncited, 1.0),
    range=(0, 1),
)
