"""Syllables of English, behind the Flesch metrics."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dialoom.quality._topic import is_function_word
from dialoom.quality.batch import Batch

if TYPE_CHECKING:
    from dialoom.quality.batch import Floats

_VOWELS = re.compile(r"[aeiouy]+")
# Vowels side by side that belong to two syllables: i-dea, ra-di-o, vi-de-o, u-su-al, be-ing, but not na-tion.
_APART = re.compile(r"(?<![tcsg])i[ao]|i[eu]t|eo(?!u|p)|ua(?![gkn]|r[ad])|(?<=[aeiouy])ing|[iu]um")
# An e at the end that is not heard, alone, or before the s or d of an ending.
_SILENT = re.compile(r"(?<=[^aeiouy])(?:(?<![^aeiouy]l)e|(?<![szxcg])(?<!ch)(?<!sh)(?<![^aeiouy]l)es|(?<![td])ed)$")
_LEAST_SHARE = 0.2


@lru_cache(maxsize=1 << 16)
def syllables(word: str) -> int:
    """The syllables of an English word, at least one: vowel groups, less silent ones. Right for nine words in ten."""
    word = word.replace("'", "")
    count = len(_VOWELS.findall(word)) + len(_APART.findall(word)) - bool(_SILENT.search(word))
    return max(1, count)


def flesch(batch: Batch, sentence: float, syllable: float, base: float) -> Floats:
    """`base` and so much for each word a sentence and each syllable a word; NaN where the text is not English."""
    words, spoken = batch.once(_lengths)
    return base + sentence * words + syllable * spoken


def _lengths(batch: Batch) -> tuple[Floats, Floats]:
    """Words a sentence and syllables a word; NaN where the text is not English, for which the formulas were made.

    A text is taken for English where a fifth of its words are English function words.
    """
    import numpy as np

    words = batch.totals
    english = (words > 0) & (batch.sums(batch.by_word(is_function_word)) >= _LEAST_SHARE * words)
    spoken = batch.sums(batch.by_word(syllables)) / np.maximum(words, 1)
    return np.where(english, words / np.maximum(batch.sentences, 1), np.nan), spoken
