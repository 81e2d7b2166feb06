"""While a run goes on: a look at it several times a second, and an ear for Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable

_TICK = 0.25
_SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


@contextlib.asynccontextmanager
async def watched(tick: Callable[[int], None], interrupt: Callable[[str], None]) -> AsyncIterator[None]:
    """Call `tick` every quarter of a second with how often it was called, and `interrupt` with the name of a signal.

    What `tick` raises is raised at the end.
    """
    loop = asyncio.get_running_loop()
    ticker = asyncio.create_task(_tick(tick))
    listening = []
    for number, name in _SIGNALS.items():
        # Only the main thread can listen; elsewhere (a notebook's helper thread) the caller stops the run.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, interrupt, name)
            listening.append(number)
    try:
        yield
    finally:
        for number in listening:
            loop.remove_signal_handler(number)
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker


async def _tick(tick: Callable[[int], None]) -> None:
    ticks = 0
    while True:
        await asyncio.sleep(_TICK)
        ticks += 1
        tick(ticks)
