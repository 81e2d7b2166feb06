"""Runs of words in a batch: the same ones are found and counted by arithmetic over their numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dialoom.quality.batch import Batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.batch import Ints

_MIX = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio, for hashes


def grams(batch: Batch, size: int) -> tuple[NDArray[np.uint64], Ints]:
    """A number for each run of `size` words (1 to 3) within a turn, equal where the runs are, and its turn."""
    import numpy as np

    total = max(0, len(batch.words) - size + 1)
    base = np.uint64(len(batch.vocabulary))
    words = batch.words.astype(np.uint64)
    keys = words[:total]
    for step in range(1, size):
        keys = keys * base + words[step : step + total]
    whole = batch.word_turn[:total] == batch.word_turn[size - 1 : size - 1 + total]
    return keys[whole], batch.word_turn[:total][whole]


def recurring(batch: Batch, size: int, times: int, *, within: Ints) -> set[int]:
    """The indices of the dialogues or turns in which some run of `size` words occurs so many times.

    Runs are compared by hashes of 44 bits, so that once in a long while one is among them that has none.

    Args:
        within: `word_owner` for runs in a dialogue, also across its turns, `word_turn` for runs in a turn.
    """
    import numpy as np

    total = max(0, len(batch.words) - size + 1)
    words = batch.words.astype(np.uint64)
    keys = words[:total]
    for step in range(1, size):
        keys = keys * np.uint64(_MIX) + words[step : step + total]
    group = within[:total]
    whole = group == within[size - 1 : size - 1 + total]
    joint = np.sort((group[whole].astype(np.uint64) << np.uint64(44)) | (keys[whole] >> np.uint64(20)))
    found = joint[times - 1 :][joint[times - 1 :] == joint[: len(joint) - times + 1]]
    return set((found >> np.uint64(44)).tolist())


def distinct(batch: Batch, size: int) -> tuple[Ints, Ints]:
    """How many different runs of `size` words there are within turns, and how many in all, for each dialogue."""
    return batch.once(_DISTINCT[size])


def _distinct(size: int) -> Callable[[Batch], tuple[Ints, Ints]]:
    def count(batch: Batch) -> tuple[Ints, Ints]:
        import numpy as np

        keys, turn = grams(batch, size)
        owner = batch.turn_owner[turn]
        return different(keys, owner, len(batch)), np.bincount(owner, minlength=len(batch))

    return count


_DISTINCT: Final = {size: _distinct(size) for size in (1, 2, 3)}


def different(keys: NDArray[np.uint64], group: Ints, groups: int) -> Ints:
    """How many different keys there are in each group."""
    import numpy as np

    if not len(keys):
        return np.zeros(groups, dtype=np.int64)
    width = int(keys.max()) + 1
    if width * groups < 1 << 64:
        ranked = np.sort(group.astype(np.uint64) * np.uint64(width) + keys)
        new = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        return np.bincount((ranked[new] // np.uint64(width)).astype(np.int64), minlength=groups)
    order = np.lexsort((keys, group))
    keys, group = keys[order], group[order]
    new = np.concatenate(([True], (keys[1:] != keys[:-1]) | (group[1:] != group[:-1])))
    return np.bincount(group[new], minlength=groups)
