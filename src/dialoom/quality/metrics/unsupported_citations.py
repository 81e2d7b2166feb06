"""Citations that do not hold."""

from __future__ import annotations

from dialoom.dialogue import Dialogue
from dialoom.quality._citations import claims, passages, support, where_cited
from dialoom.quality.metrics._metric import Metric

# Below this, more of what a sentence says is from elsewhere than from the passage.
_HALF = 0.5


def unsupported_citations(dialogue: Dialogue) -> int:
    """The number of sentences that cite a passage of the field `passages` which there is not, which lacks a number that
    they name, or which has fewer than half of their content words."""
    texts = passages(dialogue)
    held = (support(claim, texts) for claim in claims(dialogue) if claim.cited)
    return sum(share is None or share < _HALF for share in held)


METRIC = Metric(
    "unsupported_citations",
    "number of sentences whose cited passage is not there, lacks a number of theirs, or half of their content words",
    "int",
    where_cited(unsupported_citations, 0),
    range=(0, float("inf")),
)
