"""What a run's model calls cost: calls, tokens, money, latency, retries, by node and model."""

from __future__ import annotations

from collections.abc import Mapping

from dialoom.models.attempts import Attempts
from dialoom.models.chat import ChatAnswer
from dialoom.models.price import Price
from dialoom.models.tally import Tally


class Meter:
    """Counts the calls of one run.

    Attributes:
        total: of all nodes.
        parts: by node and model, in the order of their first call.
    """

    def __init__(self, prices: Mapping[str, Price | None]) -> None:
        self._prices = prices
        self.total = Tally()
        self.parts: dict[tuple[str, str], Tally] = {}

    def hit(self, node: str, model: str) -> None:
        """Note an answer that came from the ledger."""
        self._part(node, model).ledger_hits += 1
        self.total.ledger_hits += 1

    def call(self, node: str, model: str, answer: ChatAnswer, attempts: Attempts) -> None:
        """Note an answered call."""
        price = self._prices.get(model)
        for tally in (self._part(node, model), self.total):
            tally.count(answer.prompt_tokens, answer.completion_tokens, answer.latency, price)
        if attempts.faults:
            self._note_faults(self._part(node, model), attempts)

    def unanswered(self, node: str, model: str, attempts: Attempts, *, given_up: bool) -> None:
        """Note a call that brought no answer: it was given up, or cut off as the run stopped."""
        part = self._part(node, model)
        self._note_faults(part, attempts)
        if given_up:
            part.given_up += 1
            self.total.given_up += 1

    def _note_faults(self, part: Tally, attempts: Attempts) -> None:
        for tally in (part, self.total):
            tally.retries += attempts.retries
            tally.faults.update(kind.value for kind in attempts.faults)

    def _part(self, node: str, model: str) -> Tally:
        part = self.parts.get((node, model))
        if part is None:
            part = self.parts[node, model] = Tally()
        return part
