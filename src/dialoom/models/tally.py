"""Totals of model calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dialoom.models.price import Price
from dialoom.models.quantiles import Quantiles

_NUMBERS = ("calls", "ledger_hits", "prompt_tokens", "completion_tokens", "seconds", "retries", "given_up")


@dataclass(slots=True)
class Tally:
    """Totals of some calls.

    Attributes:
        calls: answered calls; those answered by the ledger are `ledger_hits`.
        seconds: the sum of the latencies of the answered attempts.
        money: None where no price is known.
        retries: attempts made after the first of a call.
        given_up: calls that no attempt brought an answer to.
        faults: attempts that brought no answer, by what they met (the values of FaultKind).
        latencies: of the answered attempts.
    """

    calls: int = 0
    ledger_hits: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    money: float | None = None
    retries: int = 0
    given_up: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    latencies: Quantiles = field(default_factory=Quantiles)

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def count(self, prompt_tokens: int, completion_tokens: int, latency: float, price: Price | None) -> None:
        """Add an answered call."""
        self.calls += 1
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens
        self.seconds += latency
        self.latencies.add(latency)
        if price is not None:
            self.money = (self.money or 0.0) + price.of(prompt_tokens, completion_tokens)

    def merge(self, other: Tally) -> None:
        """Add all of another."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.money is not None:
            self.money = (self.money or 0.0) + other.money
        self.faults.update(other.faults)
        self.latencies.merge(other.latencies)

    def to_json(self) -> dict[str, Any]:
        """As run.json tells it; `p50`, `p95` and `p99` are seconds."""
        quantiles = zip(("p50", "p95", "p99"), self.latencies.at(0.5, 0.95, 0.99), strict=True)
        return {
            "calls": self.calls,
            "ledger_hits": self.ledger_hits,
            "tokens": self.tokens,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "money": self.money,
            "seconds": round(self.seconds, 3),
            **{name: None if value is None else float(f"{value:.3g}") for name, value in quantiles},
            "retries": self.retries,
            "given_up": self.given_up,
            "faults": dict(self.faults),
        }
