"""Whether labels mean what they mean in real data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.evaluation.drift.signals._signal import Places

_SHOWN = 5


def _make(pool: Pool) -> Measured:
    import numpy as np

    vectors = pool.embed([unit.first.text for unit in pool.units])
    names = sorted({unit.intent for unit in pool.units})
    own = np.array([names.index(unit.intent) for unit in pool.units])
    labelled = np.array([bool(unit.intent) for unit in pool.units])

    def told(one: Places, other: Places) -> NDArray[np.int64]:
        """The intent whose mean vector in `one` is nearest to each of `other` (Rocchio)."""
        seen = one[labelled[one]]
        sums = (own[seen] == np.arange(len(names))[:, None]).astype(np.float32) @ vectors[seen]
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        near = vectors[other] @ np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), 0.0).T
        near[:, lengths[:, 0] == 0] = -np.inf
        return np.asarray(near.argmax(axis=1))

    def statistic(one: Places, other: Places) -> float:
        other = other[labelled[other]]
        return float((told(one, other) != own[other]).mean()) if len(other) else 0.0

    def explain(real: Places, made: Places) -> list[str]:
        made = made[labelled[made]]
        found = told(real, made)
        wrong = Counter(
            (names[own[at]], names[place]) for at, place in zip(made, found, strict=True) if own[at] != place
        )
        lines = [f"{intent} looks like {other} ({number})" for (intent, other), number in wrong.most_common(_SHOWN)]
        return (
            [f"{wrong.total() / max(len(made), 1):.1%} lie nearer to another intent: {', '.join(lines)}"]
            if wrong
            else []
        )

    return Measured(statistic, explain)


SIGNAL = Signal(
    name="label_consistency",
    about="share of lines that lie nearer to another intent of the real data than to their own",
    fits=lambda pool: (
        len({u.intent for u in pool.units[: pool.real] if u.intent}) > 1
        and any(u.intent for u in pool.units[pool.real :])
    ),
    make=_make,
)
