"""What candidates say of each other: wrong labels among many right ones stand out (Northcutt et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialoom.intents.views import Learn

FEWEST = 8
_FOLDS = 4


def agreed_margins(real: Mapping[str, Sequence[str]], learn: Learn, intent: str, texts: Sequence[str]) -> list[float]:
    """For each candidate of an intent, its margin over the nearest other intent, -1..1, by a view that learned from
    real lines and from the other candidates, held out in folds.

    Five examples show little of an intent. A line that they do not vouch for may be wrong, or say what they lack; if
    other candidates say alike, it is the second, as wrong lines go astray each in its own way. It takes more right ones
    than wrong among them.
    """
    import numpy as np

    known = [text for lines in real.values() for text in lines]
    labels = [name for name in real for _ in real[name]]
    margins = [0.0] * len(texts)
    for fold in range(_FOLDS):
        held = list(range(fold, len(texts), _FOLDS))
        others = [text for at, text in enumerate(texts) if at % _FOLDS != fold]
        view = learn([*known, *others], [*labels, *[intent] * len(others)])
        likely = view.probabilities([texts[at] for at in held])
        mine = view.intents.index(intent)
        own = likely[:, mine].copy()
        likely[:, mine] = -1.0
        for at, margin in zip(held, np.asarray(own - likely.max(axis=1)).tolist(), strict=True):
            margins[at] = margin
    return margins
