"""How far a run goes."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from dialoom.models import Budget
from dialoom.models.plain_numbers import PlainNumbers


class Bounds(PlainNumbers):
    """Where a run ends before its source does, and what one record may cost."""

    model_config = ConfigDict(extra="forbid")

    target: int | None = Field(
        default=None,
        ge=1,
        description="Exactly so many dialogues are kept: the source is read again and again, with new samples, until "
        "they are, and no further.",
    )
    limit: int | None = Field(default=None, ge=1, description="Take only the first seeds of the source.")
    budget: Budget = Field(default_factory=Budget, description="The most to spend in this run directory.")
    record_seconds: float | None = Field(
        default=None,
        gt=0,
        description="The most that the calls and functions of one record may take, waiting for their turn not counted; "
        "a record that takes longer fails.",
    )
