"""Words that real data never has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dialoom.dialogue.words import words
from dialoom.evaluation.drift.signals._signal import Measured, Pool, Signal

if TYPE_CHECKING:
    from dialoom.evaluation.drift.signals._signal import Places

_SHOWN = 10


def _make(pool: Pool) -> Measured:
    said = [words(unit.text) for unit in pool.units]

    def unknown(real: Places, made: Places) -> tuple[Counter[str], int]:
        known = {word for place in real for word in said[place]}
        found = Counter(word for place in made for word in said[place] if word not in known and not word.isdigit())
        return found, sum(len(said[place]) for place in made)

    def statistic(one: Places, other: Places) -> float:
        found, total = unknown(one, other)
        return found.total() / max(total, 1)

    def explain(real: Places, made: Places) -> list[str]:
        found, total = unknown(real, made)
        listed = ", ".join(f"{word} ({number})" for word, number in found.most_common(_SHOWN))
        return [f"{found.total() / max(total, 1):.1%} of words are in no real text: {listed}"] if found else []

    return Measured(statistic, explain)


SIGNAL = Signal(
    name="improbable_words",
    about="share of words that the real data at hand never has",
    fits=lambda pool: any(any(unit.lengths) for unit in pool.units),
    make=_make,
)
