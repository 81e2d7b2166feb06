"""Watching the calls of a run from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dialoom.models.attempts import Attempts
from dialoom.models.chat import ChatAnswer, ChatRequest


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over; `answer` is None where it brought none, and `error` then says why.

    Attributes:
        node, model, record: who asked whom for which record; the model by its name in the recipe.
        begun_at: when it was asked for, in nanoseconds since 1970; it may have waited for its turn before it was sent.
    """

    node: str
    model: str
    record: str
    request: ChatRequest
    attempts: Attempts
    begun_at: int
    answer: ChatAnswer | None = None
    error: BaseException | None = None


class Observer(Protocol):
    """Told of each call that a run makes; of answers from the ledger it hears nothing."""

    def begun(self) -> None:
        """A call is asked for."""
        ...

    def ended(self, call: Ended) -> None:
        """A call is over: answered, failed, or cut off as the run stops."""
        ...
