"""What chooses among the dialogues that meet all rules, as a recipe or the command line says it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

SEED = "seed"
"""The group of all records that come from one seed."""


class Quota(BaseModel):
    """At most so many dialogues of each value."""

    model_config = ConfigDict(extra="forbid")

    max: int = Field(ge=1, description="How many of each value are kept at most.")
    of: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="Other numbers for some values, such as {refund: 100}; 0 keeps none."
    )
    bands: list[float] | None = Field(
        default=None,
        min_length=1,
        description="Count a number by bands instead of by value: [4, 8] makes under 4, 4 to under 8, and 8 or more.",
    )

    @field_validator("bands")
    @classmethod
    def _ascending(cls, bands: list[float] | None) -> list[float] | None:
        if bands is not None and any(not low < high for low, high in pairwise(bands)):
            raise ValueError(f"the bounds of bands have to ascend, and {bands} do not")
        return bands


class BestOf(BaseModel):
    """The best of each group by score."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(default=SEED, description="What makes a group: `seed`, or a field whose value its members share.")
    keep: int = Field(default=1, ge=1, description="How many of each group are kept.")
    score: str = Field(description="SQL expression over metrics that gives a number, such as `distinct_2 + balance`.")


class Diverse(BaseModel):
    """So many dialogues that differ most from each other, or stand best for all."""

    model_config = ConfigDict(extra="forbid")

    keep: int = Field(ge=1, description="How many are kept.")
    by: Literal["embedding", "rouge_l"] = Field(
        default="embedding",
        description="What tells how alike two are: their meaning (needs dialoom[embeddings]), or their words.",
    )


def _as_quota(value: Any) -> Any:
    return {"max": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _as_diverse(value: Any) -> Any:
    return {"keep": value} if isinstance(value, int) and not isinstance(value, bool) else value


QuotaField = Annotated[Quota, BeforeValidator(_as_quota, json_schema_input_type=Quota | int)]
DiverseField = Annotated[Diverse, BeforeValidator(_as_diverse, json_schema_input_type=Diverse | int)]
Quotas = Mapping[str, Quota]
