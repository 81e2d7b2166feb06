"""Whether a turn says the same again and again."""

from __future__ import annotations

from typing import Any

from dialoom.quality._runs import different, grams
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def turn_repetition(batch: Batch) -> Any:
    """Of the turn that repeats itself most, the share of its runs of three words that it has said before.

    Holtzman et al. 2020 ("The Curious Case of Neural Text Degeneration", ICLR) measure the same over a whole text.
    """
    import numpy as np

    keys, turn = grams(batch, 3)
    turns = len(batch.texts)
    runs = np.bincount(turn, minlength=turns)
    shares = 1 - different(keys, turn, turns) / np.maximum(runs, 1)
    worst = np.zeros(len(batch))
    np.maximum.at(worst, batch.turn_owner, np.where(runs > 0, shares, 0.0))
    return worst


METRIC = Metric(
    "turn_repetition",
    "share of the three-word runs of a turn that it has said before, in the worst turn, 0..1",
    "float",
    OfBatch(turn_repetition),
    range=(0, 1),
    source="Holtzman et al. 2020",
)
