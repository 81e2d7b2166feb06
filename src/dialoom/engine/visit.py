"""One visit of a node to a record: the node's view of the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from random import Random
from typing import Any, Self

from dialoom.dialogue import Dialogue, Event
from dialoom.errors import RecordError
from dialoom.graph.context import JSON_TRIES, Context, Said, Typed
from dialoom.graph.node import Node
from dialoom.graph.record import Record
from dialoom.models import Caller, ChatRequest, LedgeredAnswer, Left, Message
from dialoom.models.endpoints import Draining
from dialoom.models.structured import Misfit, parse_json
from dialoom.models.tools_in_words import calls_in
from dialoom.quality import Rules, Verdict


class Stopped(Exception):
    """The run is stopping: the record is put down where it is and taken up by the next run."""


class PutDown(Stopped):
    """The record waits for an answer that a later run will have; the others go on."""


@dataclass(slots=True)
class Visit(Context):
    """What a node may use while it runs."""

    record: Record
    node: str
    seed: int
    caller: Caller
    rules: Callable[[], Rules]
    gate: Rules
    stopping: Callable[[], bool]
    record_seconds: float | None = None
    inside: Callable[[Record, str, Node], Awaitable[None]] | None = None
    called: Callable[[str], str] = str

    def judge(self, dialogue: Dialogue) -> Verdict:
        return self.rules().judge([dialogue])[0]

    def stage_one(self, dialogue: Dialogue) -> Verdict:
        return self.gate.judge([dialogue])[0]

    def random(self, *salt: object) -> Random:
        return Random(self._number(self.record.id, self.record.visits.get(self.node, 0), *salt))

    def shared_random(self, *salt: object) -> Random:
        return Random(self._number("shared", *salt))

    def seconds_left(self) -> float | None:
        return None if self.record_seconds is None else max(0.0, self.record_seconds - self.record.seconds)

    def took(self, seconds: float) -> None:
        self.record.seconds += seconds

    def aside(self) -> Self:
        # Fields and tags are its own: what it visits writes them. Visits are counted for all.
        own = replace(
            self.record,
            fields=dict(self.record.fields),
            tags=set(self.record.tags),
            path=[],
            calls=[],
            examples=[],
            events=[],
        )
        return replace(self, record=own)

    def rejoin(self, aside: Self) -> None:
        self.record.path += aside.record.path
        self.record.tags |= aside.record.tags
        self.record.calls += aside.record.calls
        self.record.events += aside.record.events
        self.showed(aside.record.examples)
        # Those that are done side by side take as long as the longest.
        self.record.seconds = max(self.record.seconds, aside.record.seconds)

    async def visit(self, name: str, node: Node) -> dict[str, Any]:
        assert self.inside is not None, "the walker makes visits"
        before = dict(self.record.fields)
        await self.inside(self.record, f"{self.node}/{name}", node)
        return {
            name: value for name, value in self.record.fields.items() if name not in before or before[name] is not value
        }

    def takes_grammar(self, model: str) -> bool:
        return self.caller.models[self.called(model)].takes_grammar

    async def ask_whole(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        params: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        sample: int = 0,
    ) -> Typed:
        answer, key, _ = await self._ask(model, messages, params, grammar=grammar, sample=sample)
        return Typed(answer.text, answer.text, answer.tokens, answer.reasoning, key)

    async def ask_typed(
        self,
        model: str,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        *,
        params: Mapping[str, Any] | None = None,
        sample: int = 0,
        tries: int = JSON_TRIES,
    ) -> Typed:
        talk = list(messages)
        for round_number in range(tries):
            answer, key, _ = await self._ask(model, talk, params, round_number, schema=schema, sample=sample)
            text = answer.text
            try:
                return Typed(parse_json(text, schema), text, answer.tokens, answer.reasoning, key)
            except Misfit as misfit:
                self.note("asked again for JSON that fits", round=round_number, why=str(misfit))
                reason = misfit
                talk = [
                    *messages,
                    {"role": "assistant", "content": text},
                    {
                        "role": "user",
                        "content": f"That is not right: {misfit}. Answer again with the whole, corrected JSON.",
                    },
                ]
        raise RecordError(f"no answer fitted the schema in {tries} tries: {reason}")

    async def ask_calls(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        choice: str = "auto",
        params: Mapping[str, Any] | None = None,
        sample: int = 0,
        again: int = 0,
    ) -> Said:
        asked = await self._ask(model, messages, params, again, sample=sample, tools=tools, tool_choice=choice)
        answer = asked.answer
        try:
            calls, text = calls_in(answer)
        except Misfit as misfit:
            return Said(answer.text, wrong=str(misfit))
        return Said(text, calls)

    def note(self, what: str, **detail: Any) -> None:
        self.record.events.append(Event(node=self.node, what=what, detail=detail))

    def showed(self, examples: Sequence[str]) -> None:
        self.record.examples.extend(name for name in examples if name not in self.record.examples)

    async def _ask(
        self,
        model: str,
        messages: Sequence[Message],
        params: Mapping[str, Any] | None,
        reask: int = 0,
        *,
        sample: int,
        **others: Any,
    ) -> LedgeredAnswer:
        # The seed makes two records with the same prompt two questions, and one record's rerun the same one. So it does
        # for a question that is asked again because the same wrong answer came twice.
        again = (reask,) if reask else ()
        visits = self.record.visits.get(self.node, 0)
        seed = self._number(self.record.id, visits, "call", sample, *again) % (1 << 31)
        request = ChatRequest(messages, {"seed": seed, **(params or {})}, sample=sample, **others)
        if self.stopping():
            raise Stopped
        try:
            ledgered = await self.caller.ask(
                self.called(model), request, node=self.node, record=self.record.id, within=self.seconds_left()
            )
        except Draining:
            raise Stopped from None
        except Left:
            raise PutDown from None
        self.took(ledgered.seconds)
        self.record.calls.append(ledgered.key)
        answer = ledgered.answer
        if not answer.text and answer.reasoning and answer.finish_reason == "length":
            raise RecordError(
                f"{model} spent all its tokens on thoughts and gave no answer", remedy="raise the node's 'max_tokens'"
            )
        return ledgered

    def _number(self, *parts: object) -> int:
        text = "\x1f".join(map(str, (self.seed, self.node, *parts)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
