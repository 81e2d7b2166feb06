"""How many turns only keep the other one talking."""

from __future__ import annotations

from typing import Any

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_LONGEST = 4
_WORD_LIST = """
    yeah yes yep yup ya yea no nope nah right ok okay sure mm mmm mhm hm hmm uh huh um ah aha oh ooh wow really exactly
    absolutely definitely indeed true great good nice cool fine i see got it of course that's so alright gotcha totally
    well what all too
    ja genau ach doch stimmt oui d'accord voilà sí claro vale bueno sì certo già sim pois ага да угу нет
    嗯 哦 啊 对 是 好 的 吗 はい ええ うん そう
"""
_WORDS = frozenset(_WORD_LIST.split()) | frozenset("はいえうんそ")
# Words that are a back-channel beside others, and none alone.
_GLUE = frozenset(("i", "it", "of", "so", "that's", "all", "too", "well", "what", "的", "吗"))


def backchannel_rate(batch: Batch) -> Any:
    """The share of turns of one to four words that consist of back-channels, such as "I see", "Oh, really?".

    Yngve 1970, "On getting a word in edgewise". A lexicon, fullest for English. "Yes" to a question counts too, since
    text alone does not tell the two apart.
    """
    import numpy as np

    turns = len(batch.texts)
    known = np.bincount(batch.word_turn, weights=batch.among(_WORDS), minlength=turns)
    telling = np.bincount(batch.word_turn, weights=batch.among(_WORDS - _GLUE), minlength=turns)
    found = (batch.lengths <= _LONGEST) & (known == batch.lengths) & (telling > 0)
    return np.bincount(batch.turn_owner, weights=found, minlength=len(batch)) / np.maximum(batch.counts, 1)


METRIC = Metric(
    "backchannel_rate",
    "share of turns that are back-channels such as 'I see', 0..1",
    "float",
    OfBatch(backchannel_rate),
    range=(0, 1),
    source="Yngve 1970",
)
