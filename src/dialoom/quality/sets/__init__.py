"""Facts about a dialogue among others: near-duplicates, copies of real text, diversity of a set.

Each is asked of a whole set, so that no answer depends on the order in which dialogues arrive or on what runs beside
it.
"""

from dialoom.quality.sets.copies import CopyIndex
from dialoom.quality.sets.diversity import Diversity, distinct, embedding_diversity, self_bleu
from dialoom.quality.sets.meaning import near_in_meaning
from dialoom.quality.sets.near import Duplicate, near_duplicates
from dialoom.quality.sets.tags import SetTags

__all__ = [
    "CopyIndex",
    "Diversity",
    "Duplicate",
    "SetTags",
    "distinct",
    "embedding_diversity",
    "near_duplicates",
    "near_in_meaning",
    "self_bleu",
]
