"""What can go wrong with one attempt at a call, and whether trying again can help."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from math import isfinite
from time import time

import orjson

# 408 request timeout, 409 conflict, 425 too early, 429 too many requests; 529 is used for "overloaded".
_RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_OVERLOADED = frozenset({429, 503, 529})


class FaultKind(Enum):
    """Which party is at fault, and so what follows."""

    UNREACHABLE = "unreachable"
    OVERLOADED = "overloaded"
    BROKEN = "broken"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    LOCKED_OUT = "locked out"


class Fault(Exception):
    """One attempt that brought no answer.

    Args:
        kind: UNREACHABLE (no connection), OVERLOADED (429, 503), BROKEN (other server errors, torn or wrong bodies),
            TIMED_OUT (no answer in time), REFUSED (this request will never be answered) or LOCKED_OUT (none will: key,
            credit, model, path).
        retry_after: seconds the server asked to wait.
    """

    def __init__(self, kind: FaultKind, message: str, *, status: int | None = None, retry_after: float | None = None):
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        super().__init__(message)

    @property
    def retryable(self) -> bool:
        return self.kind in (FaultKind.UNREACHABLE, FaultKind.OVERLOADED, FaultKind.BROKEN, FaultKind.TIMED_OUT)


def fault_of(status: int, body: bytes, retry_after: str | None) -> Fault:
    """The fault that an HTTP error answer means."""
    message = f"{status} {_message(body)}".strip()
    if status in (401, 402, 403, 404) or b"insufficient_quota" in body:
        kind = FaultKind.LOCKED_OUT
    elif status in _OVERLOADED:
        kind = FaultKind.OVERLOADED
    elif status in _RETRYABLE or status >= 500:
        kind = FaultKind.BROKEN
    else:
        kind = FaultKind.REFUSED
    return Fault(kind, message, status=status, retry_after=_seconds(retry_after))


def _message(body: bytes) -> str:
    try:
        error = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:200].decode("utf-8", "replace").strip()
    for key in ("error", "message", "detail"):
        if isinstance(error, dict) and key in error:
            error = error[key]
    return str(error)[:300]


def _seconds(header: str | None) -> float | None:
    """Retry-After as seconds from now: a number or an HTTP date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        # A date with the zone -0000 is in UTC, and comes without a zone.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time()
    return max(0.0, seconds) if isfinite(seconds) else None
