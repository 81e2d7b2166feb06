"""A speaker whose turn is one answer of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.dialogue import Turn
from dialoom.graph.context import Context
from dialoom.models import Message
from dialoom.nodes._agents_mode import AGENT_GRAMMAR, END_MARK, spoken
from dialoom.nodes._speaker import MARK, Cue, Part, Said, Scene


@dataclass(frozen=True)
class OneAnswer(ABC):
    """A person of one talk; what is asked for a turn is the part's own, and how the answer is read is not."""

    part: Part
    me: Mapping[str, Any]
    scene: Scene

    @property
    def name(self) -> str:
        return str(self.me["name"])

    @abstractmethod
    def asked(self, so_far: Sequence[Turn], cue: Cue) -> Sequence[Message]:
        """What is asked for the next turn."""

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        scene = self.scene
        model, params = self.part.asks(scene)
        grammar = f"root ::= {scene.line}\n" if scene.line else AGENT_GRAMMAR
        text = await context.ask(
            model,
            self.asked(so_far, cue),
            params=params,
            grammar=grammar if context.takes_grammar(model) else None,
            sample=scene.sample,
        )
        return Said(Turn(speaker=self.name, text=spoken(text, scene.personas)), MARK if END_MARK in text else None)
