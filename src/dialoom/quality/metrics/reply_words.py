"""How long the last reply is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

if TYPE_CHECKING:
    from dialoom.quality.batch import Ints


def reply_words(batch: Batch) -> Ints:
    """The number of words in the last turn: what a model would be trained to answer."""
    import numpy as np

    counts = np.asarray(batch.counts, dtype=np.int64)
    found = np.zeros(len(batch), dtype=np.int64)
    found[counts > 0] = batch.lengths[(np.cumsum(counts) - 1)[counts > 0]]
    return found


METRIC = Metric("reply_words", "number of words in the last turn", "int", OfBatch(reply_words), range=(0, float("inf")))
