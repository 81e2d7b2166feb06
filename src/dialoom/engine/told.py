"""run.json as it is read back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from dialoom.models.quantiles import Quantiles


def _is_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_quantiles(text: str) -> str:
    Quantiles.from_text(text)
    return text


Time = Annotated[str, AfterValidator(_is_time)]


class _Part(BaseModel):
    # What is not read here may have been written by a later version.
    model_config = ConfigDict(strict=True, extra="ignore")


class Spent(_Part):
    """What some calls cost."""

    calls: int
    ledger_hits: int
    tokens: int
    prompt_tokens: int
    completion_tokens: int
    money: float | None
    seconds: float
    retries: int
    given_up: int


class ToldSession(Spent):
    """One run of a recipe in its directory; `started` is None where only the ledger tells of it."""

    started: Time | None
    ended: Time | None
    status: str
    why: str | None
    recipe_hash: str | None


class ToldNode(Spent):
    """The calls of a node to a model, in all sessions; latencies in seconds, and as Quantiles.to_text has them."""

    node: str
    model: str
    p50: float | None
    p95: float | None
    p99: float | None
    faults: dict[str, int]
    latencies: Annotated[str, AfterValidator(_is_quantiles)]


class ToldTotals(Spent):
    """All sessions together."""

    sessions: int
    started: Time | None
    faults: dict[str, int]
    reasons: dict[str, int]
    nodes: list[ToldNode]


class ToldHistory(_Part):
    """What a later run in the directory needs."""

    sessions: list[ToldSession]
    totals: ToldTotals
    models: dict[str, str]
    ledger_rows: int


class ToldEndpoint(_Part):
    url: str
    answers: int
    limit: int
    ceiling: int
    held_by: str | None


class ToldCommit(_Part):
    commit: str
    dirty: bool


class ToldOrigin(_Part):
    dialoom: str
    python: str
    platform: str
    host: str
    git: ToldCommit | None
    recipe_sha256: str
    files: dict[str, dict[str, Any]]


class Told(ToldHistory):
    """All that is shown of a run."""

    recipe: str
    status: str
    why: str | None
    corpus: str
    started: Time
    ended: Time | None
    seeds: int
    records: int
    kept: int
    rejected: int
    failed: int
    pending: int
    spare: int = 0
    endpoints: list[ToldEndpoint]
    made_from: ToldOrigin
