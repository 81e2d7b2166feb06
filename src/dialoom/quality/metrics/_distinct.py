"""Distinct n-grams, behind `distinct_1`, `distinct_2` and `distinct_3`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.quality._runs import distinct as distinct_runs
from dialoom.quality.batch import Batch

if TYPE_CHECKING:
    from dialoom.quality.batch import Floats


def distinct(batch: Batch, n: int) -> Floats:
    """The number of different n-grams over the number of n-grams, within turns; 0.0 where there is none.

    Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models" (NAACL), who scale by
    tokens; scaling by n-grams, as is usual since, makes 1.0 mean that nothing is said twice. It falls with length, so
    compare dialogues of like length.
    """
    import numpy as np

    different, total = distinct_runs(batch, n)
    return different / np.maximum(total, 1)
