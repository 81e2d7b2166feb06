"""`agent`: a model that plays one person and sees only what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn
from dialoom.graph.context import Context
from dialoom.graph.template import Template
from dialoom.nodes._agents_mode import AGENT, AGENT_GRAMMAR, END_MARK, as_earlier_turns, seen_by, spoken
from dialoom.nodes._speaker import MARK, Cue, Part, Said, Scene


class Agent(Part):
    """A model of its own, with a system message of its own and without sight of the others' personas."""

    kind: Literal["agent"] = Field(default="agent", description="A model that plays one person.")

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> AgentSpeaker:
        return AgentSpeaker(self, me, scene)


@dataclass(frozen=True)
class AgentSpeaker:
    """A person of one talk, played by a model."""

    part: Part
    me: Mapping[str, Any]
    scene: Scene

    @property
    def name(self) -> str:
        return str(self.me["name"])

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        scene = self.scene
        system = self.part.system or scene.system or AGENT
        variables = {"me": self.me, "others": scene.others(self.me), "end_mark": END_MARK}
        messages = seen_by(
            self.name,
            system.render({**scene.fields, **variables}),
            so_far,
            cue.last,
            cue.instructions,
            named=len(scene.personas) > 2,
            before=as_earlier_turns(scene, self.me) if earlier_turns(system) else (),
        )
        model, params = self.part.asks(scene)
        text = await context.ask(
            model,
            messages,
            params=params,
            grammar=turn_grammar(scene) if context.takes_grammar(model) else None,
            sample=scene.sample,
        )
        return Said(Turn(speaker=self.name, text=spoken(text, scene.personas)), MARK if END_MARK in text else None)


def earlier_turns(system: Template) -> bool:
    """Whether examples go before the talk as earlier turns: unless the system message shows them itself."""
    return "shown" not in system.variables | system.guarded


def turn_grammar(scene: Scene) -> str:
    """The GBNF grammar of one turn."""
    return f"root ::= {scene.line}\n" if scene.line else AGENT_GRAMMAR


PART = Agent
