"""Asking through the ledger: an answer that was paid for once is never asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from dialoom.models.chat import ChatAnswer, ChatModel, ChatRequest, read_completion
from dialoom.models.key import call_key
from dialoom.models.ledger import Ledger
from dialoom.models.meter import Meter


@dataclass(frozen=True, slots=True)
class LedgeredAnswer:
    """An answer and the ledger key it is kept under."""

    answer: ChatAnswer
    key: str


class Caller:
    """Asks models on behalf of nodes: ledger first, endpoint second, and the ledger again before anyone sees it."""

    def __init__(self, models: Mapping[str, ChatModel], ledger: Ledger, meter: Meter) -> None:
        self.models = models
        self._ledger = ledger
        self._meter = meter
        self._under_way: dict[str, asyncio.Event] = {}

    async def ask(self, model: str, request: ChatRequest, *, node: str, record: str) -> LedgeredAnswer:
        """The answer to `request` by the model called `model` in the recipe. Raises as ChatModel.ask does."""
        chat = self.models[model]
        key = call_key(chat.identity, request)
        while True:
            entry = self._ledger.get(key)
            if entry is not None:
                self._meter.hit(node, model)
                return LedgeredAnswer(read_completion(entry.answer, entry.latency), key)
            if key not in self._under_way:
                break
            # Another record asks the same just now (a recipe may fix the seed): both get the one answer that is kept,
            # or this one asks if the other fails.
            await self._under_way[key].wait()
        ended = self._under_way[key] = asyncio.Event()
        try:
            return LedgeredAnswer(await self._ask(chat, key, model, request, node, record), key)
        finally:
            del self._under_way[key]
            ended.set()

    async def _ask(
        self, chat: ChatModel, key: str, model: str, request: ChatRequest, node: str, record: str
    ) -> ChatAnswer:
        answer = await chat.ask(request)
        self._meter.call(node, model, answer)
        asked = {
            "messages": request.messages,
            "params": request.params,
            "schema": request.schema,
            "grammar": request.grammar,
            "sample": request.sample,
        }
        await self._ledger.put(key, chat.identity, node, record, orjson.dumps(asked), answer)
        return answer
