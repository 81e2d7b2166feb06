"""What a recipe says of batches."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from dialoom.models.plain_numbers import PlainNumbers

# OpenAI takes no more in one file: https://platform.openai.com/docs/api-reference/batch/create
MOST_REQUESTS = 50_000
MOST_MEGABYTES = 200


class Batching(PlainNumbers):
    """How questions are gathered into batches, and how long to wait for one."""

    model_config = ConfigDict(extra="forbid")

    window: str = Field(default="24h", description="The time in which the provider is to answer, in its own words.")
    size: int = Field(
        default=10_000,
        ge=1,
        le=MOST_REQUESTS,
        description="Most requests in one batch, and about so many wait at once; each holds its record in memory.",
    )
    megabytes: float = Field(
        default=MOST_MEGABYTES, gt=0, le=MOST_MEGABYTES, description="Largest input file of a batch."
    )
    idle: float = Field(
        default=5.0,
        gt=0,
        description="A batch that is not full goes when no request came for so many seconds, and after sixty times as "
        "many in any case.",
    )
    poll: float = Field(default=60.0, gt=0, description="Longest time between two looks at a batch, in seconds.")
    tries: int = Field(
        default=3, ge=1, description="Batches that a request is sent in before its record fails; a refusal counts once."
    )


def read_batching(value: Any) -> Any:
    """`true` stands for the defaults, `false` for no batches."""
    return {True: {}, False: None}[value] if isinstance(value, bool) else value
