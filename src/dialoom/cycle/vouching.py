"""A second hearing for made lines that real ones place nearer to another intent: whether the other made lines vouch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from dialoom.cycle.folder import Row
from dialoom.cycle.sets import key
from dialoom.intents.classifier import LogisticClassifier
from dialoom.intents.embedders import usual_embedding
from dialoom.intents.realism import NEARER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_FOLDS = 5
# The rank of its intent by real lines alone: a few examples place what is new in a line second or third, seldom lower.
_LOWEST = 3
_LEAST = 0.5
VOUCHED = "other made lines vouch for it"


def vouched(pool: Sequence[Row], real: Mapping[str, Sequence[str]], seed: int) -> list[Row]:
    """The lines, those among them kept that are vouched for.

    A line that was dropped as nearer to another intent is kept where its own intent is one of the three nearest by real
    lines alone, and likelier than all others together once the made lines of other folds are learned from as well, as
    they are labelled: right lines say alike, wrong ones go astray each in its own way (cross-fitting, as in confident
    learning, Northcutt et al. 2021).

    Args:
        pool: made lines with their verdicts.
        real: texts by intent, of all intents.
        seed: of the folds.
    """
    import numpy as np

    asked = [place for place, row in enumerate(pool) if _nearer(row)]
    # Of equal lines one votes: an error that is made often would outvote what is right.
    votes = list({(row["intent"], key(row["text"])): row for row in pool if row["intent"] in real}.values())
    if not asked or len(votes) < _FOLDS:
        return list(pool)
    texts = [text for lines in real.values() for text in lines]
    intents = [intent for intent, lines in real.items() for _ in lines]
    learner = LogisticClassifier(usual_embedding(), balanced=True)
    alone = learner.fit(texts, intents)
    column = {name: at for at, name in enumerate(alone.intents)}
    fold = _folds(votes, seed)
    found = list(pool)
    of_real = alone.probabilities([pool[place]["text"] for place in asked])
    for number in range(_FOLDS):
        others = [row for row in votes if fold[key(row["text"])] != number]
        mine = [at for at, place in enumerate(asked) if fold[key(pool[place]["text"])] == number]
        if not mine:
            continue
        both = learner.fit(
            [*texts, *(row["text"] for row in others)], [*intents, *(row["intent"] for row in others)], alone
        )
        said = both.probabilities([pool[asked[at]]["text"] for at in mine])
        for row, at in enumerate(mine):
            own = column[pool[asked[at]]["intent"]]
            rank = 1 + int(np.count_nonzero(of_real[at] > of_real[at, own]))
            if rank <= _LOWEST and said[row, own] > _LEAST:
                found[asked[at]] = pool[asked[at]] | {"verdict": "keep", "why": VOUCHED}
    return found


def _nearer(row: Row) -> bool:
    return row["verdict"] == "drop" and str(row["why"]).startswith(NEARER)


def _folds(rows: Sequence[Row], seed: int) -> dict[str, int]:
    """The fold of each text's words: equal ones are in one, whatever they are labelled as, or a line that is said twice
    would vouch for itself."""
    texts = list(dict.fromkeys(key(text) for text in sorted({row["text"].lower() for row in rows})))
    Random(f"{seed}/vouching").shuffle(texts)
    return {text: number % _FOLDS for number, text in enumerate(texts)}
