"""What it means that a request brought no answer at all."""

from __future__ import annotations

from pyreqwest.exceptions import RequestError, RequestTimeoutError

from dialoom.models.faults import Fault, FaultKind
from dialoom.models.server import never_connected, reason_of


def unanswered(error: RequestError, url: str, seconds: float | None = None) -> Fault:
    """The fault that an HTTP client's error means: no connection, no answer in time, or a connection that broke.

    Args:
        seconds: how long an answer was waited for, where that is one number.
    """
    if never_connected(error):
        return Fault(FaultKind.UNREACHABLE, f"cannot connect to {url}: {reason_of(error)}")
    if isinstance(error, RequestTimeoutError):
        return Fault(FaultKind.TIMED_OUT, "no answer in time" if seconds is None else f"no answer within {seconds:g} s")
    return Fault(FaultKind.BROKEN, f"the connection broke: {reason_of(error)}")
