"""How much of the talk is questions."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_MARKS = "?？؟՞⁇⁈⁉"


def question_rate(batch: Batch) -> list[float]:
    """The share of turns with a question mark; 0.0 without turns. A question that is not marked as one is not seen.

    Greek, which asks with the semicolon, is not read.
    """
    marks = [mark for mark in _MARKS if any(mark in text for text in batch.joined)]
    asked = [any(mark in text for mark in marks) for text in batch.texts] if marks else [False] * len(batch.texts)
    return [sum(turns) / len(turns) if turns else 0.0 for turns in batch.split(asked)]


METRIC = Metric(
    "question_rate", "share of turns that ask a question, 0..1", "float", OfBatch(question_rate), range=(0, 1)
)
