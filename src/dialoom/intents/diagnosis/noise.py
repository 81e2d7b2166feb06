"""Lines whose label is likely wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from dialoom.errors import MissingExtra
from dialoom.intents.classifier import OutOfFold
from dialoom.intents.utterances import Utterance


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line whose label is likely wrong.

    Attributes:
        sure: the probability of its own label, 0..1: the lower the more suspect.
        rather: the likeliest intent.
    """

    id: str
    text: str
    intent: str
    rather: str
    sure: float

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "text": self.text, "intent": self.intent, "rather": self.rather, "sure": self.sure}


def has_cleanlab() -> bool:
    return find_spec("cleanlab") is not None


def find_noise(rows: Sequence[Utterance], judged: OutOfFold) -> list[Suspect]:
    """The lines that confident learning (Northcutt et al. 2021) finds mislabelled, the most suspect first.

    Raises MissingExtra where cleanlab is not installed.
    """
    if not has_cleanlab():
        raise MissingExtra("finding wrong labels needs cleanlab", remedy="pip install 'dialoom[intents]'")
    import numpy as np
    from cleanlab.filter import find_label_issues

    column = {name: place for place, name in enumerate(judged.intents)}
    labels = np.array([column[row.intent] for row in rows])
    places = find_label_issues(
        labels,
        judged.probabilities,
        return_indices_ranked_by="self_confidence",
        filter_by="confident_learning",
        n_jobs=1,
    )
    best = judged.probabilities.argmax(axis=1)
    return [
        Suspect(
            rows[place].id,
            rows[place].text,
            rows[place].intent,
            judged.intents[best[place]],
            float(judged.probabilities[place, labels[place]]),
        )
        for place in map(int, places)
        if best[place] != labels[place]
    ]
