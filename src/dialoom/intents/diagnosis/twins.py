"""Intents that can hardly be told apart, and lines that two intents share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialoom.intents.classifier import OutOfFold
from dialoom.intents.utterances import Utterance

if TYPE_CHECKING:
    from dialoom.intents.classifier import Vectors

_NEAR = 0.95
_MASS = 0.05
_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Twins:
    """Two intents that lie close together.

    Attributes:
        mass: the probability that lines of one have of being the other, mean of both ways, 0..1.
        shared: how many lines of one nearly repeat one of the other (cosine of at least 0.95).
        examples: the nearest pair of lines, one of each; empty where none is that near.
    """

    between: tuple[str, str]
    mass: float
    shared: int
    examples: tuple[str, str] | tuple[()]

    def to_json(self) -> dict[str, Any]:
        return {
            "between": list(self.between),
            "mass": self.mass,
            "shared": self.shared,
            "examples": list(self.examples),
        }


def find_twins(rows: Sequence[Utterance], judged: OutOfFold, vectors: Vectors) -> list[Twins]:
    """Pairs of intents that have a twentieth of each other's probability or share lines, the closest first."""
    import numpy as np

    column = {name: place for place, name in enumerate(judged.intents)}
    own = np.array([column[row.intent] for row in rows])
    number = np.bincount(own, minlength=len(column)).clip(min=1)
    mass = np.zeros((len(column), len(column)))
    np.add.at(mass, own, judged.probabilities)
    mass /= number[:, None]
    mass = (mass + mass.T) / 2
    near = _near_lines(own, vectors)
    pairs = {(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(mass, 1) >= _MASS), strict=True)} | near.keys()
    found = []
    for one, other in pairs:
        lines = near.get((one, other), {})
        closest = max(lines, key=lambda pair: (lines[pair], pair)) if lines else None
        examples = (rows[closest[0]].text, rows[closest[1]].text) if closest else ()
        names = (judged.intents[one], judged.intents[other])
        found.append(Twins(names, float(mass[one, other]), len({a for a, _ in lines}), examples))
    return sorted(found, key=lambda twins: (-twins.mass, -twins.shared, twins.between))


def _near_lines(own: Any, vectors: Vectors) -> dict[tuple[int, int], dict[tuple[int, int], float]]:
    """By pair of intents, the pairs of lines of both that are nearly alike, with their cosine."""
    import numpy as np

    found: dict[tuple[int, int], dict[tuple[int, int], float]] = {}
    for start in range(0, len(vectors), _AT_ONCE):
        likeness = vectors[start : start + _AT_ONCE] @ vectors.T
        for row, other in zip(*np.nonzero(likeness >= _NEAR), strict=True):
            line = start + int(row)
            one, two = int(own[line]), int(own[other])
            if one < two:
                found.setdefault((one, two), {})[line, int(other)] = float(likeness[row, other])
    return found
