"""How real a made line is as a line of its intent: a score, and whether it holds by what real lines show."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log2

from dialoom.errors import DataError
from dialoom.intents.classifier import Fitted
from dialoom.intents.likeness import Copies
from dialoom.intents.line import Line, broken_spans
from dialoom.intents.naturalness import Naturalness
from dialoom.intents.thresholds import Thresholds, calibrate
from dialoom.intents.views import Learn

_LEAST_PROBABILITY = 1e-12
# How the reason begins of a line that is dropped as another intent's.
NEARER = "nearer to"
# A margin below which real lines leave no doubt, however a line was made.
_CLEARLY_ANOTHER = -0.2


@dataclass(frozen=True, slots=True)
class Realism:
    """What is known of a line.

    Attributes:
        probability: of its intent, by a classifier that learned from real lines alone.
        margin: that less the probability of the likeliest other intent, -1..1.
        other: the likeliest other intent.
        usable: pointwise V-usable information in bits (Ethayarajh et al. 2022): how much the text tells of its label,
            against knowing nothing. Below 0 it misleads.
        coverage: share of the required slots that have a span in the text; 1 where none is required.
        coherence: share of its word triples that are no repetition; 0 for text without words or with a broken span.
        naturalness: share of real lines that read no better.
        second: rank that a second view gives to its intent, from 1.
        copy: the line that it is a copy of.
    """

    probability: float
    margin: float
    other: str
    usable: float
    coverage: float
    coherence: float
    naturalness: float
    second: int
    copy: str | None = None

    @property
    def score(self) -> float:
        """All of it as one number, 0..1: alignment counts half, the rest together as much."""
        rest = (self.coverage + self.coherence + min(1.0, 2 * self.naturalness)) / 3
        return 0.5 * max(0.0, (self.margin + 1) / 2) + 0.5 * rest


@dataclass(frozen=True, slots=True)
class Verified:
    """A candidate with what was found.

    Attributes:
        verdict: `keep`, `review` where the views disagree, or `drop`.
        why: in words, for what is not kept.
    """

    line: Line
    realism: Realism
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Verifier:
    """Scores candidates by real lines alone; made lines never teach it.

    Attributes:
        real: real lines by intent, the rare intents' examples among them.
        first, second: two views that err in different ways.
    """

    real: Mapping[str, Sequence[str]]
    first: Fitted
    second: Fitted
    natural: Naturalness
    copies: Copies
    thresholds: Thresholds

    @classmethod
    def learn(
        cls,
        real: Mapping[str, Sequence[str]],
        first: Learn,
        second: Learn,
        rare: int = 5,
        precision: float = 0.95,
    ) -> Verifier:
        """Learn from real lines, and calibrate the thresholds on them.

        Args:
            rare: how many examples a rare intent has: thresholds hold for intents that were seen so often.
            precision: of what is kept, how much is to be right, as measured on real lines.

        Raises DataError where there are fewer than two intents.
        """
        if len(real) < 2:
            raise DataError(
                "verifying needs real lines of two intents or more",
                remedy="name data with the other intents, or verify nothing",
            )
        texts = [text for lines in real.values() for text in lines]
        intents = [intent for intent, lines in real.items() for _ in lines]
        return cls(
            real,
            first(texts, intents),
            second(texts, intents),
            Naturalness.of(real),
            Copies.of(real),
            calibrate(real, first, second, rare, precision),
        )

    @cached_property
    def _place(self) -> tuple[dict[str, int], dict[str, int]]:
        one, other = ({name: at for at, name in enumerate(view.intents)} for view in (self.first, self.second))
        return one, other

    def verify(
        self, lines: Sequence[Line], required: Sequence[str] = (), derived: Collection[str] = ()
    ) -> list[Verified]:
        """What is found of each candidate, in their order.

        Args:
            required: names of the slots that each must have.
            derived: sources of variety that made their lines by rule out of real lines or the intent's name. A few
                examples teach too little to judge these by: only what is clearly another intent's is dropped, and
                one that is like its example is no copy.

        Raises DataError for an intent without real lines.
        """
        if not lines:
            return []
        texts = [line.text for line in lines]
        unknown = next((line.intent for line in lines if line.intent not in self.real), None)
        if unknown is not None:
            raise DataError(f"there is no real line of '{unknown}'", remedy="give at least one example of the intent")
        first = self.first.probabilities(texts)
        second = self.second.probabilities(texts)
        found = []
        for row, line in enumerate(lines):
            mine = self._place[0][line.intent]
            own = float(first[row, mine])
            others = first[row].copy()
            others[mine] = -1.0
            nearest = int(others.argmax())
            rank = 1 + int((second[row] > second[row, self._place[1][line.intent]]).sum())
            realism = Realism(
                probability=own,
                margin=own - float(others[nearest]),
                other=self.first.intents[nearest],
                usable=log2(max(own, _LEAST_PROBABILITY)) + log2(len(self.real)),
                coverage=_coverage(line, required),
                coherence=_coherence(line),
                naturalness=self.natural(line.text),
                second=rank,
                copy=self.copies.twin(line.text, self.real[line.intent]),
            )
            found.append(self._judged(line, realism, line.variety in derived))
        return found

    def _judged(self, line: Line, realism: Realism, derived: bool) -> Verified:
        at = self.thresholds
        said = Verified(line, realism, "drop")
        if realism.coherence == 0:
            return replace(said, why="it has no words, or a span that does not hold its value")
        if realism.coverage < 1:
            return replace(said, why="a required slot is missing")
        if realism.copy is not None and not derived:
            return replace(said, why=f"a copy of: {realism.copy}")
        if realism.coherence < at.coherence:
            return replace(said, why="it repeats itself")
        if realism.naturalness < at.naturalness:
            return replace(said, why="no real line reads so")
        if realism.margin <= (_CLEARLY_ANOTHER if derived else 0.0):
            return replace(said, why=f"{NEARER} {realism.other}")
        if not derived and realism.probability < at.probability and realism.second > at.second:
            return replace(said, verdict="review", why=f"the views disagree: rank {realism.second} in the second")
        return replace(said, verdict="keep")


def _coverage(line: Line, required: Sequence[str]) -> float:
    spans = {slot.name for slot in line.slots if slot.start is not None}
    return sum(name in spans for name in required) / len(required) if required else 1.0


def _coherence(line: Line) -> float:
    words = line.text.lower().split()
    if not words or broken_spans(line.text, line.slots):
        return 0.0
    size = min(3, len(words))
    runs = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
    echoed = sum(one == next_ for one, next_ in itertools.pairwise(words))
    return max(0.01, (len(set(runs)) - echoed) / len(runs))
