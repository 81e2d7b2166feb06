"""Arms by seeds: the same rare intents, the same test, several classifiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from dialoom.dialogue.words import words
from dialoom.errors import UsageError, nearest
from dialoom.evaluation.intents.arms import Arm, Lines, Scene
from dialoom.evaluation.intents.perplexity import Ground, Surprise, needs_nltk, surprise
from dialoom.evaluation.intents.scores import Judged, judge, measure
from dialoom.intents.classifier import LogisticClassifier, LogisticFitted
from dialoom.intents.utterances import Labelled, Utterance

if TYPE_CHECKING:
    from dialoom.evaluation.intents.slots.spans import SlotScores
    from dialoom.quality.embedding import Embed


@dataclass(frozen=True, slots=True)
class Problem:
    """Training data in which some intents are rare.

    Attributes:
        held_back: real lines of the rare intents that training goes without: the ceiling's; empty where there are none.
    """

    train: tuple[Utterance, ...]
    rare: tuple[str, ...]
    seed: int
    held_back: tuple[Utterance, ...] = ()


def cut(train: Labelled, number: int, keep: int, seed: int, among: Sequence[str] | None = None) -> Problem:
    """Makes intents rare: draws `number` of them, and keeps `keep` random lines of each.

    Args:
        among: the intents to draw from; None for all.

    Raises UsageError where there are not so many intents, or one of `among` is not in the data.
    """
    known = sorted(set(train.intents))
    chosen = sorted(set(among)) if among is not None else known
    odd = [name for name in chosen if name not in set(known)]
    if odd:
        raise UsageError(f"the data has no intent '{odd[0]}'", remedy=nearest(odd[0], known))
    if not 0 < number <= len(chosen):
        raise UsageError(f"{number} intents cannot be drawn of {len(chosen)}", remedy="draw fewer")
    random = Random(seed)
    rare = random.sample(chosen, number)
    by_intent: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(train.rows):
        by_intent[row.intent].append(place)
    kept = {place for name in sorted(rare) for place in random.sample(by_intent[name], min(keep, len(by_intent[name])))}
    of_rare = {place for name in rare for place in by_intent[name]}
    return Problem(
        train=tuple(row for place, row in enumerate(train.rows) if place not in of_rare or place in kept),
        rare=tuple(sorted(rare)),
        seed=seed,
        held_back=tuple(row for place, row in enumerate(train.rows) if place in of_rare - kept),
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """One arm on one seed.

    Attributes:
        added: how many lines it added; `leaks` how many it would have added that stand in the test, and were left out.
    """

    arm: str
    seed: int
    rare: tuple[str, ...]
    added: int
    leaks: int
    measures: dict[str, float]
    judged: Judged
    slots: SlotScores | None = None
    surprise: Surprise | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All fits, by arm in the order given and by seed."""

    arms: tuple[Arm, ...]
    fits: dict[str, list[Fit]]
    shared: int

    def values(self, arm: str, name: str) -> list[float]:
        """A measure of an arm, by seed."""
        return [fit.measures[name] for fit in self.fits[arm]]


@dataclass(frozen=True, slots=True)
class Experiment:
    """How arms are compared.

    Attributes:
        test: real and untouched; what stands in it is never trained on as an addition.
        most: how many lines an arm adds to an intent at most.
        slots: also measure slots, by a CRF trained on what the classifier is trained on.
        perplexity: also measure how well language models of the rare intents foretell the test; needs NLTK.

    Raises MissingExtra where what is to be measured takes a library that is not installed.
    """

    embed: Embed
    test: Labelled
    most: int = 45
    slots: bool = False
    perplexity: bool = False
    _held: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.perplexity:
            needs_nltk()
        if self.slots:
            from dialoom.evaluation.intents.slots import needs_crfsuite

            needs_crfsuite()
        object.__setattr__(self, "_held", frozenset(map(_key, (row.text for row in self.test.rows))))

    def fit(self, problem: Problem, arm: Arm, start: LogisticFitted | None = None) -> tuple[Fit, LogisticFitted]:
        """One arm on one problem. `start` saves time: see `LogisticClassifier.fit`."""
        return self.fit_added(problem, arm, *self.additions(problem, arm), start)

    def additions(self, problem: Problem, arm: Arm) -> tuple[Lines, int]:
        """The lines that an arm adds, without those that stand in the test, and how many these are."""
        made = arm.add(Scene(problem.train, problem.rare, self.most, problem.seed, self.embed))
        added = [row for row in made if _key(row.text) not in self._held]
        return added, len(made) - len(added)

    def fit_added(
        self, problem: Problem, arm: Arm, added: Lines, leaks: int, start: LogisticFitted | None = None
    ) -> tuple[Fit, LogisticFitted]:
        """As `fit`, of what `additions` told."""
        rows: Lines = [*problem.train, *added]
        classifier = LogisticClassifier(self.embed, balanced=arm.balanced)
        fitted = classifier.fit([row.text for row in rows], [row.intent for row in rows], start)
        judged = judge(fitted, self.test.texts, self.test.intents, [row.text for row in self.test.outside])
        told = Fit(
            arm=arm.name,
            seed=problem.seed,
            rare=problem.rare,
            added=len(added),
            leaks=leaks,
            measures=measure(judged, problem.rare),
            judged=judged,
            slots=self._slots(problem, added) if self.slots else None,
            surprise=self._surprise(problem, rows) if self.perplexity else None,
        )
        return told, fitted

    def _surprise(self, problem: Problem, rows: Lines) -> Surprise:
        real = [*problem.train, *problem.held_back, *self.test.rows]
        return surprise(Ground.of(problem.train, real), rows, self.test.rows, problem.rare)

    def _slots(self, problem: Problem, added: Lines) -> SlotScores:
        from dialoom.evaluation.intents.slots import score_slots

        # A line that nobody annotated would teach that there is no slot in it.
        slotted = {row.intent for row in problem.train if row.slots}
        known = [row for row in added if row.slots or row.intent not in slotted]
        return score_slots([*problem.train, *known], self.test.rows, problem.rare)


def compare(
    experiment: Experiment,
    problems: Iterable[Problem],
    arms: Sequence[Arm] | Callable[[Problem], Sequence[Arm]],
    told: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Every arm on every problem.

    Args:
        arms: the arms, or those of a problem, such as its own ceiling; the same names for each.
        told: takes a word on each fit.
    """
    fits: dict[str, list[Fit]] = {}
    seen: tuple[Arm, ...] = ()
    shared = 0
    for problem in problems:
        seen = tuple(arms(problem) if callable(arms) else arms)
        shared = max(shared, shared_with(problem.train, experiment.test))
        start: LogisticFitted | None = None
        for arm in seen:
            fit, fitted = experiment.fit(problem, arm, start)
            told(f"seed {problem.seed}, {arm.name}: macro F1 of the rare intents {fit.measures['rare_f1']:.1%}")
            fits.setdefault(arm.name, []).append(fit)
            start = start or fitted
    return Comparison(seen, fits, shared)


def shared_with(train: Sequence[Utterance], test: Labelled) -> int:
    """How many training lines stand in the test, but for case and punctuation."""
    held = {_key(row.text) for row in test.rows}
    return sum(_key(row.text) in held for row in train)


def _key(text: str) -> str:
    return " ".join(words(text)) or text
