"""`assistant`: a speaker that calls tools before it says something."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn
from dialoom.dialogue.formats._chat_of import messages_of, roles_among
from dialoom.dialogue.rounds import turn_with_rounds
from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.examples import ExamplesField
from dialoom.graph.node import Fields, Shape
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._cast import found_in
from dialoom.nodes._shown_talks import turns_of
from dialoom.nodes._speaker import Cue, Part, Said, Scene
from dialoom.nodes._tools import HasTools, Talk, use_tools

ASSISTANT = Template(
    """\
You are {{ me.name }}{% if me.description %}: {{ me.description }}{% else %}, a helpful assistant{% endif %}. \
Call tools for what you need to know or do, and then answer in one to three sentences, with what they have told you. \
If a tool fails, say so or try another way; never make up a result. Ask if something is missing.\
"""
)


class Assistant(HasTools, Part):
    """A model that calls tools; each of its turns holds the calls with their results, and what it says."""

    kind: Literal["assistant"] = Field(default="assistant", description="A model that calls tools.")
    examples: ExamplesField | None = Field(
        default=None, description="Dialogues with tool calls, shown to it as earlier talks."
    )

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> AssistantSpeaker:
        return AssistantSpeaker(self, me, scene, Talk(copy.deepcopy(dict(scene.fields))))

    def calls_a_turn(self) -> tuple[int, int]:
        return 1, (self.steps + 1) * self.tries + self.steps * (1 if self.plays() else 0)

    def models(self) -> Mapping[str, str]:
        return {**super().models(), **self.tool_models()}

    def code(self) -> str:
        return self.tool_code()

    def prepare(self, folder: Path) -> None:
        self.read_tools(folder)
        if self.examples is not None:
            with found_in("examples"):
                self.examples.load(folder, lambda row: bool(turns_of(row)), "turns in 'dialogue'")

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        return self.tool_problems()

    def adds(self) -> Fields:
        return {"tools": self.definitions()}


@dataclass(frozen=True)
class AssistantSpeaker:
    """An assistant in one talk; `talk` is what its tools have seen of it."""

    part: Assistant
    me: Mapping[str, Any]
    scene: Scene
    talk: Talk

    @property
    def name(self) -> str:
        return str(self.me["name"])

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        scene, part = self.scene, self.part
        variables = {**scene.fields, "me": self.me, "others": scene.others(self.me), "end_mark": ""}
        system = (part.system or scene.system or ASSISTANT).render(variables)
        model, params = part.asks(scene)
        used = await use_tools(
            part.toolbox,
            part.manner(model, params, variables),
            self._messages("\n".join([system, *cue.instructions]), so_far, context),
            self.talk,
            context,
            scene.sample,
        )
        return Said(turn_with_rounds(self.name, used.rounds, used.answer))

    def _messages(self, system: str, so_far: Sequence[Turn], context: Context) -> list[Message]:
        """The talk as the assistant has seen it, its own calls and their results included."""
        roles = {turn.speaker: "user" for turn in so_far} | {self.name: "assistant"}
        talk = messages_of(so_far, roles)
        if not talk or talk[0]["role"] != "user":
            talk.insert(0, {"role": "user", "content": "(You speak first.)"})
        return [{"role": "system", "content": system}, *self._shown(context), *talk]

    def _shown(self, context: Context) -> list[Message]:
        """The examples as earlier talks, the same ones for each turn of this talk."""
        if self.part.examples is None:
            return []
        drawn = self.part.examples.draw(context.random("examples"), context.shared_random("examples"))
        context.showed([name for name, _ in drawn])
        talks = [turns_of(row) for _, row in drawn]
        return [
            message
            for turns in talks
            for message in messages_of(turns, roles_among(list(dict.fromkeys(turn.speaker for turn in turns))))
            if message["role"] != "system"
        ]


PART = Assistant
