"""Whether a dialogue gives people away."""

from __future__ import annotations

from dialoom.quality.batch import OfBatch
from dialoom.quality.metrics._metric import Metric
from dialoom.quality.privacy._count import count_personal

METRIC = Metric(
    "personal_data",
    "number of different addresses, numbers and accounts of people, by form; names are not seen",
    "int",
    OfBatch(count_personal),
    range=(0, float("inf")),
)
