"""What an arm is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from dialoom.intents.utterances import Utterance
from dialoom.registry import Registry

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

Lines = list[Utterance]


@dataclass(frozen=True, slots=True)
class Scene:
    """What an arm may know: training data and nothing of the test.

    Attributes:
        train: all lines to train on, those of rare intents among them.
        rare: the intents to help.
        most: how many lines to add to an intent at most.
        embed: the embedder of the classifier.
    """

    train: Sequence[Utterance]
    rare: Sequence[str]
    most: int
    seed: int
    embed: Embed

    def random(self, what: str) -> Random:
        """Chance of its own for a part of an arm; the same in each run."""
        return Random(f"{self.seed}/{what}")

    def examples(self, intent: str) -> Lines:
        return [row for row in self.train if row.intent == intent]


@dataclass(frozen=True, slots=True)
class Arm:
    """A way to help rare intents.

    Attributes:
        free: whether it takes neither a model, nor people, nor further data: gains are counted from the best such arm.
        balanced: whether intents are weighed by how few their lines are.
        add: the lines that it adds; they may be of rare intents alone.
        ceiling: whether it stands for what could be reached: real data.
    """

    name: str
    about: str
    free: bool
    add: Callable[[Scene], Lines]
    balanced: bool = False
    ceiling: bool = False


ARMS: Registry[Arm] = Registry("dialoom.evaluation.intents.arms", "ARM", "arm")
