"""How far cited passages hold up what cites them."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._citations import claims, passages, support, where_cited
from dialoom.quality.metrics._metric import Metric


def citation_support(dialogue: Dialogue) -> float:
    """The mean share of a citing sentence's content words, lightly stemmed, that the passages it cites have; 0 for one
    that cites a passage which there is not, and 0 where nothing is cited. Lexical, and for English best."""
    texts = passages(dialogue)
    held = [support(claim, texts) or 0.0 for claim in claims(dialogue) if claim.cited]
    return sum(held) / len(held) if held else 0.0


METRIC = Metric(
    "citation_support",
    "mean share of a citing sentence's content words that the cited passages have, 0..1; 0 where nothing is cited",
    "float",
    where_cited(citation_support, 0.0),
    range=(0, 1),
)
