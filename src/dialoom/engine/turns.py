"""How the system's scheduler takes turns with the threads that send and read calls."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

# What the HTTP client calls its thread.
_CLIENT = "pyreqwest"
_THREADS = Path("/proc/self/task")


@contextlib.contextmanager
def whole_turns() -> Iterator[None]:
    """Let this thread and the HTTP client's finish their turns when the other has something to do, on Linux.

    Otherwise each call that is sent, and each answer, takes the core from the thread that sends or reads it: several
    changes of threads a call, where both share a core. Other threads, and those that are started meanwhile, are left
    as they are, as computing in several threads waits for each of them all the time. What the user has set is kept, and
    so is everything where it may not be set.
    """
    if sys.platform != "linux":
        yield
        return
    threads = [thread for thread in (threading.get_native_id(), *_clients()) if _set(thread, to=os.SCHED_BATCH)]
    try:
        yield
    finally:
        for thread in threads:
            _set(thread, to=os.SCHED_OTHER)


def _clients() -> list[int]:
    found = []
    for folder in _THREADS.glob("*"):
        # A thread may have ended meanwhile.
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text().strip() == _CLIENT:
                found.append(int(folder.name))
    return found


def _set(thread: int, *, to: int) -> bool:
    """Whether a thread is scheduled so now, and was otherwise by default before."""
    before = {os.SCHED_BATCH: os.SCHED_OTHER, os.SCHED_OTHER: os.SCHED_BATCH}[to]
    try:
        if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK != before:
            return False
        os.sched_setscheduler(thread, to | os.SCHED_RESET_ON_FORK, os.sched_param(0))
    except OSError:
        return False
    return True
