"""How many years at school a dialogue takes to be read."""

from __future__ import annotations

from typing import Any

from dialoom.quality._readability import flesch
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def flesch_kincaid_grade(batch: Batch) -> Any:
    """0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975); NaN where it is not English."""
    return flesch(batch, 0.39, 11.8, -15.59)


METRIC = Metric(
    "flesch_kincaid_grade",
    "US school grade that English takes to be read, from -3.4; no value for other languages",
    "float",
    OfBatch(flesch_kincaid_grade),
    range=(-3.4, float("inf")),
    source="Kincaid et al. 1975",
)
