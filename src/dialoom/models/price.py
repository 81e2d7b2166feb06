"""What a model's tokens cost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Price(BaseModel):
    """What a model costs, in the user's currency per million tokens."""

    model_config = ConfigDict(extra="forbid")

    input: float = 0.0
    output: float = 0.0

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What so many tokens cost."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6
