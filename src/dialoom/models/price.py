"""What a model's tokens cost."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from dialoom.models.plain_numbers import PlainNumbers


class Price(PlainNumbers):
    """What a model costs, in the user's currency per million tokens."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(default=0.0, ge=0)
    output: float = Field(default=0.0, ge=0)

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What so many tokens cost."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6
