"""Whether the last turn is complete."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.quality._ending import is_finished
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_UNPUNCTUATED_STYLE = 0.2


def ends_properly(batch: Batch) -> list[bool]:
    """Whether the last turn ends a sentence: a final mark of any script, with quotes or brackets after it, or an emoji.

    This finds answers cut at a token limit. A closing question passes: one in 25 real dialogues (DialogSum,
    DailyDialog) ends with one. A missing mark passes where a fifth of the earlier turns lack theirs too, as in chats.
    """
    return [_ends(texts) for texts in batch.split(batch.texts)]


def _ends(texts: Sequence[str]) -> bool:
    if not texts or not texts[-1].strip():
        return False
    if is_finished(texts[-1]):
        return True
    unmarked = sum(not is_finished(text) for text in texts[:-1])
    return unmarked > 0 and unmarked >= _UNPUNCTUATED_STYLE * (len(texts) - 1)


METRIC = Metric("ends_properly", "the last turn ends a sentence instead of being cut", "bool", OfBatch(ends_properly))
