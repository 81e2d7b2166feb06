"""How like each other real lines are, and so from where on a made line is a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialoom.quality.similarity import rouge_l

_MOST_LINES = 60
_NO_DATA = 0.9


@dataclass(frozen=True, slots=True)
class Copies:
    """Tells copies of lines.

    Attributes:
        threshold: ROUGE-L F1 above which a line is a copy.
    """

    threshold: float

    @classmethod
    def of(cls, lines: Mapping[str, Sequence[str]], quantile: float = 0.9) -> Copies:
        """The threshold is what this share of real lines stays below, of their likeness to the nearest other real line
        of their intent: real people's lines are near-twins too, and no made line must be held to more.

        Without two real lines in any intent it is 0.9.
        """
        nearest: list[float] = []
        for texts in lines.values():
            some = list(dict.fromkeys(texts))[:_MOST_LINES]
            for number, text in enumerate(some):
                rest = some[:number] + some[number + 1 :]
                if rest:
                    nearest.append(max(rouge_l(text, other) for other in rest))
        if not nearest:
            return cls(_NO_DATA)
        nearest.sort()
        return cls(nearest[min(int(quantile * len(nearest)), len(nearest) - 1)])

    def twin(self, text: str, others: Sequence[str]) -> str | None:
        """The line that the text is a copy of; None where it is none."""
        likest = max(others, key=lambda other: rouge_l(text, other), default=None)
        return likest if likest is not None and rouge_l(text, likest) > self.threshold else None
