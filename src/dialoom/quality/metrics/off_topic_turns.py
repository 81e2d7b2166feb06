"""Turns that have nothing to do with the talk around them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.embedding import load_embedding
from dialoom.quality.metrics._metric import Metric, Needs

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

_LEAST_WORDS = 6


@cache
def _embedding() -> Embed:
    return load_embedding()


def off_topic(dialogues: Sequence[Dialogue]) -> list[float]:
    """How far the strangest turn is from the rest: 1 less the cosine of its embedding and the mean of the others'.

    Turns of fewer than six words say too little and are not asked; 0.0 where fewer than three turns are left. It orders
    dialogues for reading; a single strange turn it tells from a real change of subject poorly.
    """
    texts = [[turn.text for turn in one.turns if len(words(turn.text)) >= _LEAST_WORDS] for one in dialogues]
    vectors = _embedding()([text for each in texts for text in each] or [""])
    found = []
    start = 0
    for each in texts:
        own = vectors[start : start + len(each)].astype("float64")
        start += len(each)
        if len(each) < 3:
            found.append(0.0)
            continue
        rest = own.sum(axis=0) - own
        lengths = (rest**2).sum(axis=1) ** 0.5
        cosines = (own * rest).sum(axis=1) / lengths.clip(min=1e-9)
        found.append(min(2.0, max(0.0, float(1 - cosines.min()))))
    return found


METRIC = Metric(
    "off_topic_turns",
    "how far the strangest turn of six words or more is from the others, 0..2",
    "float",
    lambda dialogue: off_topic([dialogue])[0],
    range=(0, 2),
    cost="model",
    needs=Needs("embeddings", ("wordllama",)),
    measure_many=off_topic,
)
