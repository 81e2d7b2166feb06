"""How easy a dialogue is to read."""

from __future__ import annotations

from typing import Any

from dialoom.quality._readability import flesch
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def flesch_reading_ease(batch: Batch) -> Any:
    """206.835 - 1.015 words a sentence - 84.6 syllables a word (Flesch 1948); NaN where the text is not English.

    100 and above is very easy, below 30 very hard. Syllables are counted by rule.
    """
    return flesch(batch, -1.015, -84.6, 206.835)


METRIC = Metric(
    "flesch_reading_ease",
    "Flesch reading ease of English, about 0 (hard) to 120 (easy); no value for other languages",
    "float",
    OfBatch(flesch_reading_ease),
    range=(float("-inf"), 121.22),
    source="Flesch 1948",
)
