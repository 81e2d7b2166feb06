"""While a run goes on: a look at it several times a second, and an ear for Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar

_TICK = 0.25
_SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interrupts:
    """Passes interrupts on to a run in another thread."""

    def __init__(self) -> None:
        self._hear: Callable[[], object] | None = None
        self._missed = 0

    def send(self) -> None:
        """Interrupt the run; where it has not begun to listen, as soon as it does."""
        if self._hear is None:
            self._missed += 1
        else:
            self._hear()

    def listen(self, hear: Callable[[], object]) -> None:
        """Call `hear` at each interrupt, from the thread that sends it."""
        self._hear = hear
        for _ in range(self._missed):
            hear()


# In a thread that signals do not reach, who started the run passes them on.
HEARS: ContextVar[Interrupts | None] = ContextVar("hears", default=None)


@contextlib.asynccontextmanager
async def watched(tick: Callable[[int], None], interrupt: Callable[[str], None]) -> AsyncIterator[None]:
    """Call `tick` every quarter of a second with how often it was called, and `interrupt` with the name of a signal.

    What `tick` raises is raised at the end.
    """
    loop = asyncio.get_running_loop()
    ticker = asyncio.create_task(_tick(tick))
    listening = []
    for number, name in _SIGNALS.items():
        # Only the main thread can listen to signals.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, interrupt, name)
            listening.append(number)
    interrupts = HEARS.get()
    if interrupts is not None:
        interrupts.listen(lambda: loop.call_soon_threadsafe(interrupt, "Ctrl-C"))
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
