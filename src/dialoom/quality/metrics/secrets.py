"""Whether a dialogue gives passwords and keys away."""

from __future__ import annotations

from dialoom.quality.batch import OfBatch
from dialoom.quality.metrics._metric import Metric
from dialoom.quality.privacy._count import count_secrets

METRIC = Metric(
    "secrets",
    "number of different passwords, keys and tokens, by form",
    "int",
    OfBatch(count_secrets),
    range=(0, float("inf")),
)
