"""`agent`: a model that plays one person and sees only what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._agents_mode import AGENT, END_MARK, as_earlier_turns, seen_by
from dialoom.nodes._one_answer import OneAnswer
from dialoom.nodes._speaker import Cue, Part, Scene


class Agent(Part):
    """A model of its own, with a system message of its own and without sight of the others' personas."""

    kind: Literal["agent"] = Field(default="agent", description="A model that plays one person.")

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> AgentSpeaker:
        return AgentSpeaker(self, me, scene)


class AgentSpeaker(OneAnswer):
    """A person of one talk, played by a model."""

    def asked(self, so_far: Sequence[Turn], cue: Cue) -> Sequence[Message]:
        scene = self.scene
        system = self.part.system or scene.system or AGENT
        variables = {"me": self.me, "others": scene.others(self.me), "end_mark": END_MARK}
        return seen_by(
            self.name,
            system.render({**scene.fields, **variables}),
            so_far,
            cue.last,
            cue.instructions,
            named=len(scene.personas) > 2,
            before=as_earlier_turns(scene, self.me) if earlier_turns(system) else (),
        )


def earlier_turns(system: Template) -> bool:
    """Whether examples go before the talk as earlier turns: unless the system message shows them itself."""
    return "shown" not in system.variables | system.guarded


PART = Agent
