"""How alike lines are where nothing has to be chosen or downloaded: static vectors, or else counts of words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dialoom.intents.embedders._remembered import Remembered
from dialoom.quality.embedding import has_embedding, load_embedding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COLUMNS = 512


def usual_embedding() -> Remembered:
    """WordLlama where it is installed, else counts of words. Vectors of texts are remembered: real lines are asked for
    again and again."""
    return Remembered(load_embedding if has_embedding() else lambda: counts_of_words, "views")


def counts_of_words(texts: Sequence[str]) -> NDArray[np.float32]:
    """Hashed counts of words and pairs of words as vectors of length 1, one a row."""
    from zlib import crc32

    import numpy as np

    vectors = np.zeros((len(texts), _COLUMNS), dtype=np.float32)
    for row, text in enumerate(texts):
        words = text.lower().rstrip(".?!").split()
        for each in (*words, *map(" ".join, itertools.pairwise(words))):
            vectors[row, crc32(each.encode()) % _COLUMNS] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)
    return vectors
