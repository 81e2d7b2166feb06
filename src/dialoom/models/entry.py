"""A call in the ledger."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """An answered call: what was asked (JSON) by which node for which record, and the raw answer.

    Attributes:
        key: what `call_key` made of the question.
        model: the identity of the model.
        latency: seconds from sending the request that was answered to its last byte.
        answered_at: seconds since 1970.
    """

    key: str
    model: str
    node: str
    record: str
    request: bytes
    answer: bytes
    prompt_tokens: int
    completion_tokens: int
    latency: float
    answered_at: float
