"""What a run may spend on calls, held before each of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from pydantic import ConfigDict, Field

from dialoom.errors import BoundReached
from dialoom.models.chat import ChatRequest
from dialoom.models.config import ModelConfig
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.models.price import Price
from dialoom.models.tally import Tally

# Of English text; a guess that answers correct.
_LETTERS_PER_TOKEN = 4
# Tokens of an answer, where nothing is known of it.
_USUAL_ANSWER = 500


class Budget(PlainNumbers):
    """The most that all runs of a directory together may spend; what is left out has no bound."""

    model_config = ConfigDict(extra="forbid")

    calls: int | None = Field(default=None, ge=0, description="Answered calls.")
    tokens: int | None = Field(default=None, ge=0, description="Tokens of prompts and answers together.")
    money: float | None = Field(default=None, ge=0, description="Money, by the `price` of each model.")


@dataclass(slots=True)
class Reserve:
    """What a call on its way is reckoned at."""

    tokens: float = 0.0
    money: float = 0.0
    calls: int = 1


class Purse:
    """Says of each call whether it may still be sent.

    A call that is on its way is reckoned at its prompt and at the tokens that answers have had so far, or where there
    were none yet at its `max_tokens`. One that does not fit beside those on their way waits until they are over. So a
    budget is overspent by what these took more than they were reckoned at, and never by more than what was in flight.

    Args:
        spent: the tallies that count, of earlier runs and of this one.
        models: as the recipe has them, by the names that `open` is told.
    """

    def __init__(self, budget: Budget, spent: Sequence[Tally], models: Mapping[str, ModelConfig]) -> None:
        self._budget = budget
        self._spent = spent
        self._models = models
        self._reserved = Reserve(calls=0)
        self._awaited = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._bounded = budget != Budget()

    async def open(self, model: str, request: ChatRequest) -> Reserve | None:
        """Take the price of a call out of the purse, once it fits. Raises BoundReached where the purse is empty."""
        if not self._bounded:
            return None
        reserve = self._reckoned(model, request)
        join = self._waiting.append
        try:
            while not self._fits(reserve):
                turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                join(turn)
                await turn
                # Whoever looks in vain stays the first.
                join = self._waiting.appendleft
                # More is known by now of what answers take.
                reserve = self._reckoned(model, request)
        except BaseException:
            # Whoever waits behind this one has to meet the same, or has its turn.
            self._wake()
            raise
        self._reserve(reserve, 1)
        self._awaited += 1
        self._wake()
        return reserve

    def close(self, reserve: Reserve | None) -> None:
        """The call that was opened is over, and what it cost is in the tallies."""
        if reserve is not None:
            self._reserve(reserve, -1)
            self.leave(reserve)

    def leave(self, reserve: Reserve | None) -> None:
        """The call that was opened will be answered, but not in this run: it stays reckoned."""
        if reserve is not None:
            self._awaited -= 1
            self._wake()

    def _reserve(self, reserve: Reserve, times: int) -> None:
        self._reserved.calls += times * reserve.calls
        self._reserved.tokens += times * reserve.tokens
        self._reserved.money += times * reserve.money

    def _fits(self, reserve: Reserve) -> bool:
        """Whether a call may be sent now; it waits if not. Raises BoundReached where waiting is in vain."""
        for name in ("calls", "tokens", "money"):
            bound = getattr(self._budget, name)
            if bound is None:
                continue
            each, reserved = getattr(reserve, name), getattr(self._reserved, name)
            spent = sum(getattr(tally, name) or 0 for tally in self._spent)
            # Where nothing is on its way, one call more is sent even if it may not fit: what it takes is a guess.
            if spent >= bound or (not self._awaited and spent + reserved >= bound):
                raise BoundReached(
                    f"the budget of {bound:,} {name} is spent",
                    remedy=f"raise it (--budget {name}=...) and run again: what was answered is kept",
                )
            if self._awaited and spent + reserved + each > bound:
                return False
        return True

    def _reckoned(self, model: str, request: ChatRequest) -> Reserve:
        config = self._models[model]
        letters = sum(len(str(message.get("content", ""))) for message in request.messages)
        if request.tools:
            letters += len(orjson.dumps(list(request.tools)))
        prompt = letters / _LETTERS_PER_TOKEN
        calls = sum(tally.calls for tally in self._spent)
        most = {**config.params, **request.params}
        if calls:
            answer = sum(tally.completion_tokens for tally in self._spent) / calls
        else:
            answer = most.get("max_tokens") or most.get("max_completion_tokens") or _USUAL_ANSWER
        price = config.price or Price()
        return Reserve(tokens=prompt + answer, money=(prompt * price.input + answer * price.output) / 1e6)

    def _wake(self) -> None:
        """Let the first that waits look again; it wakes the next."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
