"""What a run's model calls cost: calls, ledger hits, tokens, money, by node and model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from dialoom.models.chat import ChatAnswer


class Price(BaseModel):
    """What a model costs, in the user's currency per million tokens."""

    model_config = ConfigDict(extra="forbid")

    input: float = 0.0
    output: float = 0.0


@dataclass(slots=True)
class Tally:
    """Totals of some calls. `seconds` adds up the latencies; `money` is None where no price is known."""

    calls: int = 0
    ledger_hits: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    money: float | None = None


class Meter:
    """Counts the calls of one run."""

    def __init__(self, prices: Mapping[str, Price | None]) -> None:
        self._prices = prices
        self.total = Tally()
        self._parts: dict[tuple[str, str], Tally] = {}

    def hit(self, node: str, model: str) -> None:
        """Note an answer that came from the ledger."""
        self._part(node, model).ledger_hits += 1
        self.total.ledger_hits += 1

    def call(self, node: str, model: str, answer: ChatAnswer) -> None:
        """Note an answered call."""
        price = self._prices.get(model)
        for tally in (self._part(node, model), self.total):
            tally.calls += 1
            tally.prompt_tokens += answer.prompt_tokens
            tally.completion_tokens += answer.completion_tokens
            tally.seconds += answer.latency
            if price is not None:
                cost = (answer.prompt_tokens * price.input + answer.completion_tokens * price.output) / 1e6
                tally.money = (tally.money or 0.0) + cost

    def by_node(self) -> list[dict[str, Any]]:
        """One object per node and model, in the order of their first call."""
        return [{"node": node, "model": model} | asdict(tally) for (node, model), tally in self._parts.items()]

    def _part(self, node: str, model: str) -> Tally:
        part = self._parts.get((node, model))
        if part is None:
            part = self._parts[node, model] = Tally()
        return part
