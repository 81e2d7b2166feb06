"""Asking through the ledger: an answer that was paid for once is never asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from time import time_ns
from typing import NamedTuple

import orjson

from dialoom.errors import DialoomError
from dialoom.models.attempts import Attempts
from dialoom.models.budget import Purse
from dialoom.models.chat import ChatAnswer, ChatModel, ChatRequest, read_completion
from dialoom.models.key import call_key
from dialoom.models.ledger import Ledger
from dialoom.models.meter import Meter
from dialoom.models.observer import Ended, Observer
from dialoom.models.runstate import Left
from dialoom.models.thoughts import apart


class LedgeredAnswer(NamedTuple):
    """An answer and the ledger key it is kept under; `seconds` is what all attempts at it took now."""

    answer: ChatAnswer
    key: str
    seconds: float = 0.0


class Caller:
    """Asks models on behalf of nodes: ledger first, endpoint second, and the ledger again before anyone sees it.

    Args:
        as_said: models whose reasoning is left in their text, where the server leaves it there.
    """

    def __init__(
        self,
        models: Mapping[str, ChatModel],
        ledger: Ledger,
        meter: Meter,
        purse: Purse,
        observer: Observer | None = None,
        as_said: Collection[str] = (),
    ) -> None:
        self.models = models
        self._ledger = ledger
        self._meter = meter
        self._purse = purse
        self._observer = observer
        self._as_said = as_said
        self._under_way: dict[str, asyncio.Event] = {}

    async def ask(
        self, model: str, request: ChatRequest, *, node: str, record: str, within: float | None = None
    ) -> LedgeredAnswer:
        """The answer to `request` by the model called `model` in the recipe.

        `within` bounds the seconds that it may take in all, without those in which it waits for its turn. Raises as
        ChatModel.ask does, and BoundReached where the budget is spent.
        """
        chat = self.models[model]
        key = call_key(chat.identity, request)
        while True:
            entry = self._ledger.get(key)
            if entry is not None:
                self._meter.hit(node, model)
                return LedgeredAnswer(self._read(model, read_completion(entry.answer, entry.latency)), key)
            if key not in self._under_way:
                break
            # Another record asks the same just now (a recipe may fix the seed): both get the one answer that is kept,
            # or this one asks if the other fails.
            await self._under_way[key].wait()
        ended = self._under_way[key] = asyncio.Event()
        try:
            attempts = Attempts(within)
            answer = await self._ask(chat, key, model, request, node, record, attempts)
            return LedgeredAnswer(self._read(model, answer), key, attempts.seconds)
        finally:
            del self._under_way[key]
            ended.set()

    def _read(self, model: str, answer: ChatAnswer) -> ChatAnswer:
        return answer if model in self._as_said else apart(answer)

    async def _ask(
        self,
        chat: ChatModel,
        key: str,
        model: str,
        request: ChatRequest,
        node: str,
        record: str,
        attempts: Attempts,
    ) -> ChatAnswer:
        reserve = await self._purse.open(model, request)
        try:
            answer = await self._answer(chat, model, request, node, record, attempts)
        except Left:
            # It is on its way still, and a later run pays for it.
            self._purse.leave(reserve)
            raise
        except BaseException:
            self._purse.close(reserve)
            raise
        self._purse.close(reserve)
        asked = {
            "messages": request.messages,
            "params": request.params,
            "schema": request.schema,
            "grammar": request.grammar,
            "sample": request.sample,
        }
        if request.tools:
            asked |= {"tools": request.tools, "tool_choice": request.tool_choice}
        await self._ledger.put(key, chat.identity, node, record, orjson.dumps(asked), answer)
        return answer

    async def _answer(
        self, chat: ChatModel, model: str, request: ChatRequest, node: str, record: str, attempts: Attempts
    ) -> ChatAnswer:
        """The answer, told to the meter and to who observes."""
        if self._observer is None:
            return await self._metered(chat, model, request, node, attempts)
        begun_at = time_ns()
        self._observer.begun()
        answer: ChatAnswer | None = None
        error: BaseException | None = None
        try:
            answer = await self._metered(chat, model, request, node, attempts)
        except BaseException as caught:
            error = caught
            raise
        finally:
            self._observer.ended(Ended(node, model, record, request, attempts, begun_at, answer, error))
        return answer

    async def _metered(
        self, chat: ChatModel, model: str, request: ChatRequest, node: str, attempts: Attempts
    ) -> ChatAnswer:
        try:
            answer = await chat.ask(request, attempts)
        except BaseException as error:
            self._meter.unanswered(node, model, attempts, given_up=isinstance(error, DialoomError))
            raise
        # Nothing may be awaited from here until the answer is with the ledger: rows come in the order of the meter's
        # calls, by which the next run knows which of them a killed one had told of.
        self._meter.call(node, model, answer, attempts)
        return answer
