"""Choosing among candidates by score and by what each adds to those chosen before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def select(
    vectors: NDArray[np.float32],
    scores: Sequence[float],
    have: NDArray[np.float32],
    count: int,
    weight: float = 0.5,
    twin: float = 0.97,
) -> list[int]:
    """Places of at most `count` candidates, in the order in which they were chosen.

    Each time the one with the highest `weight * score - likeness` is taken, where likeness is the cosine with the
    nearest line that is there already (maximal marginal relevance, Carbonell and Goldstein 1998): so those chosen
    spread out, as far as their scores let them.

    Args:
        vectors: of the candidates, each of length 1, a row each.
        scores: how good each is, 0..1.
        have: vectors of the lines that are there already.
        twin: likeness from which on a candidate adds nothing and is not taken.
    """
    import numpy as np

    worth = weight * np.asarray(scores, dtype=np.float64)
    near = (vectors @ have.T).max(axis=1) if len(have) else np.full(len(vectors), -1.0)
    near = near.astype(np.float64)
    chosen: list[int] = []
    open_ = np.ones(len(vectors), dtype=bool)
    while len(chosen) < count:
        open_ &= near < twin
        if not open_.any():
            break
        best = int(np.where(open_, worth - near, -np.inf).argmax())
        chosen.append(best)
        open_[best] = False
        near = np.maximum(near, vectors @ vectors[best])
    return chosen
