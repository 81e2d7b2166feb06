"""What is looked at in a talk: one check a file, found by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dialoom.evaluation.stress.talk import Talk, Tells
from dialoom.registry import Registry


@dataclass(frozen=True, slots=True)
class Judging:
    """By what talks are judged.

    Attributes:
        slow: seconds that an answer may take; None where that is not judged.
    """

    tells: Tells
    slow: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check says: whether the talk passes it, and why not, in words."""

    passed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that a talk has to pass.

    Attributes:
        weight: how much a failure counts when the worst talks are chosen.
        judge: None where it cannot be told from the talk.
    """

    about: str
    weight: float
    judge: Callable[[Talk, Judging], Outcome | None]


CHECKS: Registry[Check] = Registry("dialoom.evaluation.stress.checks", "CHECK", "check")


@dataclass(frozen=True, slots=True)
class Judged:
    """A talk with what the checks say of it.

    Attributes:
        outcomes: by check, those alone that could be told.
    """

    talk: Talk
    outcomes: Mapping[str, Outcome]

    @property
    def sound(self) -> bool:
        """Whether it passes all of them."""
        return all(outcome.passed for outcome in self.outcomes.values())

    @property
    def faults(self) -> dict[str, str]:
        """Why, by the checks that it does not pass."""
        return {name: outcome.why for name, outcome in self.outcomes.items() if not outcome.passed}

    @property
    def weight(self) -> float:
        """How bad it is."""
        return sum(CHECKS.load(name).weight for name in self.faults)


def judged(talks: Sequence[Talk], slow: float | None = None) -> list[Judged]:
    """Each talk with what all checks say of it."""
    judging = Judging(Tells.of(talks), slow)
    checks = {name: CHECKS.load(name) for name in CHECKS.names()}
    found = []
    for talk in talks:
        outcomes = {name: check.judge(talk, judging) for name, check in checks.items()}
        found.append(Judged(talk, {name: outcome for name, outcome in outcomes.items() if outcome is not None}))
    return found
