"""Which of two is better, asked in both orders so that a judge's liking for a position shows and cancels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final, Literal

from dialoom.models.chat import Token
from dialoom.quality.judging.expected import token_choice

Winner = Literal["first", "second", "tie"]
_WORTH: Final = {"A": 1.0, "B": 0.0, "tie": 0.5}
CHOICES: Final = tuple(_WORTH)

PAIR_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "explanation": {"type": "string", "maxLength": 600},
        "better": {"enum": list(CHOICES)},
    },
    "required": ["explanation", "better"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a judge says of a pair, asked twice.

    Attributes:
        judge: the model's name in the recipe.
        straight, swapped: its answers, with the first one shown as A, and as B.
        preference: how much it prefers the first, 0..1, over both orders.
    """

    judge: str
    straight: Any
    swapped: Any
    preference: float

    @property
    def winner(self) -> Winner:
        """Whom both orders name; a tie where they contradict each other."""
        return _winner(_WORTH[self.straight["better"]]) if self.consistent else "tie"

    @property
    def consistent(self) -> bool:
        """Whether it says the same in both orders."""
        return _WORTH[self.straight["better"]] == 1 - _WORTH[self.swapped["better"]]

    @property
    def position(self) -> Literal["A", "B"] | None:
        """The position that it named in both orders, whoever stood there; None where it went by the texts."""
        both = {self.straight["better"], self.swapped["better"]}
        return next(iter(both)) if len(both) == 1 and both != {"tie"} else None

    def to_json(self) -> dict[str, Any]:
        """The comparison as kept."""
        return {
            "model": self.judge,
            "winner": self.winner,
            "preference": round(self.preference, 4),
            "position": self.position,
            "better": [self.straight["better"], self.swapped["better"]],
            "explanations": [self.straight["explanation"], self.swapped["explanation"]],
        }


def compared(judge: str, straight: PairAnswer, swapped: PairAnswer) -> Comparison:
    """The comparison that two answers make."""
    return Comparison(judge, straight.value, swapped.value, fmean([straight.worth(), 1 - swapped.worth()]))


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """One answer to PAIR_SCHEMA, with its tokens where the endpoint gave them."""

    value: Any
    text: str
    tokens: Sequence[Token] = ()

    def worth(self) -> float:
        """How much it prefers A, 0..1: over the probabilities of its choice, or else 1, 0 or a half."""
        shares = token_choice(self.text, self.tokens, "better", CHOICES)
        if not shares:
            return _WORTH[self.value["better"]]
        return sum(_WORTH[choice] * share for choice, share in shares.items())


def verdict(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The judges' comparisons as one tag.

    `preference` is their mean, and `winner` the one that more judges name; `consistent` says whether each of them named
    the same in both orders.
    """
    votes = [comparison.winner for comparison in comparisons]
    lead = votes.count("first") - votes.count("second")
    return {
        "winner": _winner(0.5 + math.copysign(0.5, lead) if lead else 0.5),
        "preference": round(fmean(comparison.preference for comparison in comparisons), 4),
        "consistent": all(comparison.consistent for comparison in comparisons),
    }


def _winner(worth: float) -> Winner:
    return "first" if worth > 0.5 else "second" if worth < 0.5 else "tie"
