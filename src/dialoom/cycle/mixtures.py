"""Ways to mix made lines with the real ones, as arms that are compared with others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.cycle.folder import Row
from dialoom.dialogue import Slot
from dialoom.evaluation.intents import Arm, Scene
from dialoom.intents.utterances import Utterance

_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Mixture:
    """How made lines are mixed with real ones.

    Attributes:
        weights: intents weigh alike, however few their lines are.
        repeat: how often the real lines of rare intents stand in the training data: made lines are many, and would
            outvote them.
    """

    weights: bool = False
    repeat: int = 1

    @property
    def name(self) -> str:
        return "made" + ("+weights" if self.weights else "") + (f"+real x{self.repeat}" if self.repeat > 1 else "")

    def arm(self, rows: Sequence[Row], allowed: Callable[[Row], bool] = lambda _: True, name: str | None = None) -> Arm:
        """This way with these lines, as an arm.

        Args:
            allowed: whether a line may be trained on where the arm is fitted.
        """
        lines = [(row, utterance(row)) for row in rows]

        def add(scene: Scene) -> list[Utterance]:
            again = [row for intent in scene.rare for row in scene.examples(intent)] * (self.repeat - 1)
            return [made for row, made in lines if allowed(row)] + again

        return Arm(name or self.name, "made lines", free=False, add=add, balanced=self.weights)

    def to_json(self) -> dict[str, Any]:
        return {"weights": self.weights, "repeat": self.repeat}


MIXTURES = tuple(Mixture(weights, repeat) for repeat in (1, _REPEATS) for weights in (False, True))


def utterance(row: Row) -> Utterance:
    """A made line as an utterance."""
    slots = tuple(Slot.model_validate(slot) for slot in row["slots"])
    return Utterance(row["text"], row["intent"], id=row["id"], slots=slots, synthetic=True)
