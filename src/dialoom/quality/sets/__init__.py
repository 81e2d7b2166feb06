"""Facts about a dialogue among others: near-duplicates, copies of real text, diversity of a set.

Each index is made from the whole of a set and asked afterwards, so that no answer depends on the order in which
dialogues arrive or on what runs beside it.
"""

from dialoom.quality.sets.copies import CopyIndex
from dialoom.quality.sets.diversity import embedding_diversity, self_bleu
from dialoom.quality.sets.meaning import MeaningIndex
from dialoom.quality.sets.near import Duplicate, NearIndex

__all__ = ["CopyIndex", "Duplicate", "MeaningIndex", "NearIndex", "embedding_diversity", "self_bleu"]
