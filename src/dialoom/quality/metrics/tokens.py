"""How long a dialogue is, in tokens of no model in particular."""

from __future__ import annotations

import re

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_MARK = re.compile(r"[^\w\s]")
_NO_MARKS = bytes(place for place in range(128) if chr(place).isalnum() or chr(place).isspace() or place == ord("_"))


def tokens(batch: Batch) -> list[int]:
    """The number of words and of marks outside words, which is what treebank tokenizers count, contractions aside.

    A model's own tokenizer gives other counts, for English mostly 0 to 15% more.
    """
    inside = batch.sums(batch.by_word(lambda word: word.count("'"))).tolist()
    return [
        words + max(0, _marks(text) - int(apostrophes))
        for words, text, apostrophes in zip(batch.totals.tolist(), batch.lower, inside, strict=True)
    ]


def _marks(text: str) -> int:
    return len(text.encode().translate(None, _NO_MARKS)) if text.isascii() else len(_MARK.findall(text))


METRIC = Metric(
    "tokens", "number of words and punctuation marks in all turns", "int", OfBatch(tokens), range=(0, float("inf"))
)
