"""Trying one operation at a provider again until it is done."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialoom.models.endpoints import Endpoints
from dialoom.models.faults import Fault

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
# A server may ask for more patience than anyone has; then it is asked earlier.
_LONGEST_ASKED = 900.0

T = TypeVar("T")


async def patiently(
    attempt: Callable[[], Awaitable[T]],
    endpoints: Endpoints,
    *,
    tries: int | None,
    said: Callable[[Fault], None] | None = None,
) -> T:
    """What `attempt` brings in the end.

    Waits twice as long each time, or as long as the server asks for. Raises the Fault that is not worth another try or
    that was the last of `tries` (None: there is no last, as for an answer that is paid for), and Draining.

    Args:
        said: told of the first fault, so that whoever watches knows why nothing happens.
    """
    failures = 0
    while True:
        try:
            return await attempt()
        except Fault as fault:
            failures += 1
            if not fault.retryable or failures == tries:
                raise
            if failures == 1 and said is not None:
                said(fault)
            await endpoints.pause(_wait(failures, fault))


def _wait(failures: int, fault: Fault) -> float:
    if fault.retry_after is not None:
        return min(_LONGEST_ASKED, fault.retry_after) + random.uniform(0, 0.1)
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (failures - 1))
    return random.uniform(longest / 2, longest)
