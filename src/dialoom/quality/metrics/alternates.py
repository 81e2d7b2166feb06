"""Whether the speakers take turns."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def alternates(batch: Batch) -> list[bool]:
    """Whether each turn has another speaker than the one before it, and at least two speak."""
    return [_alternate(names) for names in batch.speakers]


def _alternate(names: Sequence[str]) -> bool:
    return len(names) > 1 and not any(map(str.__eq__, names, names[1:]))


METRIC = Metric(
    "alternates",
    "each turn is by another speaker than the one before, and at least two speak",
    "bool",
    OfBatch(alternates),
)
