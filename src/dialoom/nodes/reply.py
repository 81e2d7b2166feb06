"""`reply`: ask a model for what is said next in a dialogue, once or several times."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._agents_mode import AGENT_GRAMMAR, seen_by
from dialoom.nodes._dialogue_field import dialogue_value
from dialoom.nodes._prompted import Asking
from dialoom.nodes._replies import REPLY, next_speaker, turns_in
from dialoom.nodes._side_by_side import side_by_side

_ROLE = Template(
    "{% if topic is defined and topic %}A conversation about {{ topic }}.\n{% endif %}"
    "You are {{ me }}. Say only what {{ me }} says next, in one or two sentences, as in a real talk."
)
_TOKENS = 60
_TOKENS_OF_A_TALK = 250
_MOST_TOKENS = 200


class Reply(Asking):
    """Write the next turn of a dialogue: one reply, or several to choose among.

    The model sees the turns of the one that it speaks for as its own. With `count` the field is a list of different
    samples; equal ones are kept once.
    """

    kind: Literal["reply"] = "reply"
    to: str = Field(
        default="dialogue", description="The field with the dialogue that goes on; or with a text, which a user said."
    )
    speaker: str | None = Field(
        default=None, description="Who replies; left out, the one who spoke before the last one."
    )
    count: int = Field(default=1, ge=1, description="How many samples.")
    add: bool = Field(default=False, description="Append the reply to the dialogue, instead of writing a field.")
    system: Template | None = Field(
        default=None, description="The system message, which may read `me`, the name of the one who replies."
    )

    def provides(self) -> frozenset[str]:
        return frozenset({"me"})

    def needs(self) -> Mapping[str, str]:
        return {self.to: "to" if "to" in self.model_fields_set else ""}

    def writes(self) -> Mapping[str, Shape]:
        if self.add:
            return {self.to: {}}
        return {self.field: REPLY if self.count == 1 else {"type": "array", "items": REPLY, "maxItems": self.count}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        return Work(self.count, self.count, 1, _TOKENS_OF_A_TALK, _TOKENS)

    async def run(self, record: Record, context: Context) -> Fields:
        turns = turns_in(record.fields, self.to)
        me = next_speaker(turns, record.fields, self.speaker)
        system = (self.system or _ROLE).render({**record.fields, "me": me})
        messages = seen_by(me, system, turns, last=False)
        works = [partial(self._ask, messages, sample) for sample in range(1 if self.add else self.count)]
        ended = await side_by_side(works, context)
        texts: dict[str, int] = {}
        for sample, said in enumerate(ended):
            if isinstance(said, str) and said:
                texts.setdefault(said, sample)
        if not texts:
            errors = [said for said in ended if isinstance(said, RecordError)]
            raise errors[0] if errors else RecordError(f"the model had {me} say nothing")
        replies = [
            {"speaker": me, "text": text, "model": self.model, "sample": sample} for text, sample in texts.items()
        ]
        if self.add:
            return {self.to: dialogue_value([*turns, Turn(speaker=me, text=replies[0]["text"])])}
        return {self.field: replies[0] if self.count == 1 else replies}

    async def _ask(self, messages: list[Message], sample: int, context: Context) -> str:
        params: dict[str, Any] = {"max_tokens": _MOST_TOKENS, **self.sampling()}
        grammar = _GRAMMAR if context.takes_grammar(self.model) else None
        said = await context.ask(self.model, messages, params=params, grammar=grammar, sample=sample)
        return " ".join(said.split()).strip('"')


_GRAMMAR = AGENT_GRAMMAR.replace(' (" <end>")?', "")
NODE = Reply
