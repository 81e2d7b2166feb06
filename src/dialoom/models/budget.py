"""What a run may spend on calls, held before each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from dialoom.errors import BoundReached
from dialoom.models.tally import Tally


class Budget(BaseModel):
    """The most that all runs of a directory together may spend; what is left out has no bound."""

    model_config = ConfigDict(extra="forbid")

    calls: int | None = Field(default=None, ge=0, description="Answered calls.")
    tokens: int | None = Field(default=None, ge=0, description="Tokens of prompts and answers together.")
    money: float | None = Field(default=None, ge=0, description="Money, by the `price` of each model.")


class Purse:
    """Says of each call whether it may still be sent.

    A call that is on its way is reckoned at what the calls before it cost on average, so that a budget is overspent by
    little, and never by more than the calls on their way.

    Args:
        spent: the tallies that count, of earlier runs and of this one.
    """

    def __init__(self, budget: Budget, spent: Sequence[Tally]) -> None:
        self._budget = budget
        self._spent = spent
        self._on_their_way = 0
        self._bounded = budget != Budget()

    def open(self) -> None:
        """Take the price of a call out of the purse. Raises BoundReached where it is empty."""
        if self._bounded:
            self._check()
        self._on_their_way += 1

    def close(self) -> None:
        """The call that was opened is over, and what it cost is in the tallies."""
        self._on_their_way -= 1

    def _check(self) -> None:
        budget = self._budget
        calls = sum(tally.calls for tally in self._spent)
        tokens = sum(tally.tokens for tally in self._spent)
        money = sum(tally.money or 0.0 for tally in self._spent)
        for name, spent, bound in (
            ("calls", calls, budget.calls),
            ("tokens", tokens, budget.tokens),
            ("money", money, budget.money),
        ):
            each = 1 if name == "calls" else spent / max(1, calls)
            if bound is not None and spent + self._on_their_way * each >= bound:
                raise BoundReached(
                    f"the budget of {bound:,} {name} is spent",
                    remedy=f"raise it (--budget {name}=...) and run again: what was answered is kept",
                )
