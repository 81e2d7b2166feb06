"""A view that reads what this process holds while a run in it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from benchmarks._figures import tell

from dialoom.engine import Report
from dialoom.models import Meter

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at a moment.

    Attributes:
        at: seconds since the run's start.
        kept: records kept so far.
        resident: bytes of resident memory.
        own: those of them that are no files, such as the code of libraries, which other processes share.
        handles: open files and sockets.
    """

    at: float
    kept: int
    resident: int
    own: int
    handles: int
    tasks: int
    threads: int


class Watch:
    """Keeps a sample each `every` seconds.

    Args:
        seen: called with each sample.
    """

    def __init__(self, every: float, seen: Callable[[Sample], None] = lambda sample: None) -> None:
        self._process = psutil.Process()
        self._every = every
        self._seen = seen
        self._begun = time.monotonic()
        self.samples: list[Sample] = []

    def start(self, report: Report, meter: Meter) -> None:
        self._begun = time.monotonic()

    def update(self, report: Report, meter: Meter) -> None:
        if not self.samples or time.monotonic() - self._begun - self.samples[-1].at >= self._every:
            self.samples.append(self.sample(report))
            self._seen(self.samples[-1])

    def say(self, message: str) -> None:
        tell(message)

    def stop(self, report: Report, meter: Meter) -> None:
        self.samples.append(self.sample(report))

    def sample(self, report: Report) -> Sample:
        """What the process holds now; on the run's event loop."""
        with self._process.oneshot():
            memory = self._process.memory_info()
            return Sample(
                at=time.monotonic() - self._begun,
                kept=report.counts.kept,
                resident=memory.rss,
                own=memory.rss - memory.shared,
                handles=self._process.num_fds(),
                tasks=len(asyncio.all_tasks()),
                threads=self._process.num_threads(),
            )
