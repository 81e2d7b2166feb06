"""`spoil`: make a worse reply out of a good one, with a fault that is known by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import write_script
from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._agents_mode import AGENT_GRAMMAR
from dialoom.nodes._draw import ChoiceField, draw, place
from dialoom.nodes._faults import ASKED, FAULTS, MADE, Asked
from dialoom.nodes._prompted import Asking
from dialoom.nodes._replies import REPLY, next_speaker, replies_in, turns_in

_ROLE = Template("You write bad replies on purpose, as examples of what not to say. Answer with the reply alone.")
_TRIES = 3
_MOST_TOKENS = 200
_TOKENS = 60


class Spoil(Asking):
    """Write a reply that is like the one in another field, but for one fault that was put in.

    `truncated` and `repeating` need no model; `off_topic`, `impolite` and `unfaithful` are asked for, as is any fault
    of your own with a prompt. Which one it is is drawn for each record and kept in the reply as `fault`.
    """

    kind: Literal["spoil"] = "spoil"
    of: str = Field(description="The field with the good reply; of a dialogue, its last turn; of a list, its first.")
    to: str = Field(default="dialogue", description="The field with the dialogue that the reply follows.")
    faults: ChoiceField = Field(default_factory=lambda: list(FAULTS), description="The faults to draw from, by name.")
    quota: bool = Field(default=False, description="Keep the shares of the faults closely, not only on average.")
    prompts: dict[str, Template] = Field(
        default_factory=dict,
        description="What to ask for a fault, in place of the usual words or for one of your own; they may read "
        "`reply` and `talk`, the dialogue as text.",
    )

    def provides(self) -> frozenset[str]:
        return frozenset({"reply", "talk"})

    def needs(self) -> Mapping[str, str]:
        return {self.of: "of"}

    def models(self) -> Mapping[str, str]:
        return super().models() if any(name not in MADE or name in self.prompts for name in self._named()) else {}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        known = [*FAULTS, *self.prompts]
        for name in self._named():
            if name not in known:
                yield DialoomError(
                    f"no fault is called '{name}'",
                    place=Place(field="faults"),
                    remedy=f"{nearest(name, known)}; one of your own needs its words in 'prompts'",
                )
        for name in self.prompts:
            if name not in self._named():
                yield DialoomError(
                    f"the fault '{name}' is never drawn",
                    place=Place(field=f"prompts.{name}"),
                    remedy="add it to 'faults'",
                )

    def writes(self) -> Mapping[str, Shape]:
        return {self.field: REPLY}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        asks = bool(self.models())
        made = any(name in MADE for name in self._named())
        return Work(int(asks and not made), _TRIES if asks else 0, 1, 300, _TOKENS)

    async def run(self, record: Record, context: Context) -> Fields:
        turns = turns_in(record.fields, self.to)
        speaker = next_speaker(turns, record.fields, None)
        good = next(iter(replies_in(record.fields, self.of, speaker)))
        fault = str(draw(self.faults, place("fault", 0, self.quota, record, context)))
        told: dict[str, Any] = {"speaker": good["speaker"], "fault": fault}
        if fault in MADE and fault not in self.prompts:
            spoiled = MADE[fault](good["text"], context.random("spoil"))
            if spoiled is None or spoiled == good["text"]:
                # Too short to break off: what it says is said again.
                told["fault"] = "repeating"
                spoiled = MADE["repeating"](good["text"], context.random("spoil"))
            return {self.field: {**told, "text": spoiled}}
        asked = Asked(self.prompts[fault]) if fault in self.prompts else ASKED[fault]
        messages = self._messages_for(asked, record.fields, good, write_script(turns))
        return {self.field: {**told, "text": await self._ask(messages, good["text"], context), "model": self.model}}

    def _named(self) -> list[str]:
        return [str(name) for name in self.faults] if isinstance(self.faults, (list, Mapping)) else [str(self.faults)]

    def _messages_for(
        self, asked: Asked, fields: Mapping[str, Any], good: Mapping[str, Any], talk: str
    ) -> list[Message]:
        messages: list[Message] = [{"role": "system", "content": (self.system or _ROLE).render(fields)}]
        for before, after in asked.examples:
            shown = asked.prompt.render({"reply": {"text": before}, "talk": ""}, lenient=True)
            messages.append({"role": "user", "content": shown})
            messages.append({"role": "assistant", "content": after})
        prompt = asked.prompt.render({**fields, "reply": dict(good), "talk": talk})
        messages.append({"role": "user", "content": f"The conversation:\n{talk}\n\n{prompt}" if talk else prompt})
        return messages

    async def _ask(self, messages: list[Message], good: str, context: Context) -> str:
        grammar = AGENT_GRAMMAR.replace(' (" <end>")?', "") if context.takes_grammar(self.model) else None
        params = {"max_tokens": _MOST_TOKENS, **self.sampling()}
        for sample in range(_TRIES):
            said = await context.ask(self.model, messages, params=params, grammar=grammar, sample=sample)
            said = " ".join(said.split()).strip('"')
            if said and said.casefold() != good.casefold():
                return said
            context.note("asked again, as the reply was not spoiled", sample=sample)
        raise RecordError(f"in {_TRIES} tries the model wrote the good reply again, or nothing")


NODE = Spoil
