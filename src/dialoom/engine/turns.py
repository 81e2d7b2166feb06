"""How the system's scheduler takes turns with the thread that sends requests and reads answers."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# What the HTTP client calls its thread.
_CLIENT = "pyreqwest"
_THREADS = Path("/proc/self/task")


@contextlib.contextmanager
def whole_turns() -> Iterator[None]:
    """Let the HTTP client's thread wait for its turn until the run's has nothing to do, on Linux.

    Otherwise each call that is handed to it takes the core from the thread that hands it over, where both share one.
    What the user has set is kept, and so is everything where it may not be set.
    """
    clients = [thread for thread in _clients() if _change(thread, to="SCHED_BATCH", where="SCHED_OTHER")]
    try:
        yield
    finally:
        for thread in clients:
            _change(thread, to="SCHED_OTHER", where="SCHED_BATCH")


def _clients() -> list[int]:
    found = []
    for folder in _THREADS.glob("*") if sys.platform == "linux" else ():
        # A thread may have ended meanwhile.
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text().strip() == _CLIENT:
                found.append(int(folder.name))
    return found


def _change(thread: int, *, to: str, where: str) -> bool:
    """Whether a thread was scheduled one way, and is now another."""
    try:
        if os.sched_getscheduler(thread) != getattr(os, where):
            return False
        os.sched_setscheduler(thread, getattr(os, to), os.sched_param(0))
    except OSError:
        return False
    return True
