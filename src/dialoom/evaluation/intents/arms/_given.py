"""Lines that a user gives: what a recipe made, one source of variety alone, paraphrases, real data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from dialoom.evaluation.intents.arms._arm import Arm, Lines, Scene
from dialoom.intents.utterances import Utterance


@dataclass(frozen=True, slots=True)
class Given:
    """Adds the given lines of rare intents, at most `scene.most` of each, drawn by the seed.

    Attributes:
        lines: the lines for a seed.
        whole: take all of each intent, whatever `scene.most` says.
    """

    lines: Callable[[int], Sequence[Utterance]]
    whole: bool = False

    def __call__(self, scene: Scene) -> Lines:
        by_intent: dict[str, Lines] = defaultdict(list)
        for row in self.lines(scene.seed):
            by_intent[row.intent].append(row)
        return list(chain.from_iterable(self._drawn(by_intent[intent], intent, scene) for intent in scene.rare))

    def _drawn(self, lines: Lines, intent: str, scene: Scene) -> Lines:
        """The first of a shuffled whole, so that a smaller amount is part of a larger one."""
        order = list(lines)
        scene.random(f"given/{intent}").shuffle(order)
        return order if self.whole else order[: scene.most]


def given_arm(
    name: str, lines: Callable[[int], Sequence[Utterance]], *, ceiling: bool = False, whole: bool = False
) -> Arm:
    """An arm of given lines; `ceiling` for real data."""
    return Arm(name, "given lines", free=False, add=Given(lines, whole), ceiling=ceiling)
