"""How long what a last reply answers is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric
from dialoom.quality.metrics.reply_words import reply_words

if TYPE_CHECKING:
    from dialoom.quality.batch import Ints


def prompt_words(batch: Batch) -> Ints:
    """The number of words in all turns but the last: what a model would be given to answer."""
    return batch.totals - batch.once(reply_words)


METRIC = Metric(
    "prompt_words", "number of words in all turns but the last", "int", OfBatch(prompt_words), range=(0, float("inf"))
)
