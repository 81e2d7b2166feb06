"""The load server and the job, each on a core of its own, and what the job costs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tests.support.fault_server import FaultServer

ROOT = Path(__file__).resolve().parents[1]
_LOOK = 0.05
_LOOKS_PER_SAMPLE = 4


def pin(pid: int, index: int) -> None:
    """Keep a process on the machine's core of that index, where there are several and the system can."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(pid, {cores[index % len(cores)]})


@contextmanager
def load_server(**settings: Any) -> Iterator[FaultServer]:
    """The fault server on the first core, without a log; its answers have 300 tokens and begin as their question."""
    with FaultServer(**{"answer": "long", "keep_log": False, "keep_bodies": False, **settings}) as server:
        pin(server.process.pid, 0)
        yield server


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took.

    Attributes:
        code: exit status, negative where a signal ended it.
        begun: time.time() of its start.
        cpu: seconds, of it and its children.
        resident: most bytes of resident memory, of it and its children, as sampled.
    """

    code: int
    begun: float
    seconds: float
    cpu: float
    resident: int


def run_process(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    started: Callable[[int], None] = lambda pid: None,
    until: Callable[[], bool] = lambda: False,
) -> Cost:
    """Run a command on the second core.

    Args:
        log: where its output goes.
        environment: variables beside those of this process.
        started: called with the process's id at once.
        until: looked at every 50 ms; once it is true, the process and its children are killed with SIGKILL.
    """
    begun = time.time()
    # Installed packages have their bytecode, and so has what a benchmark starts, after the first time.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with log.open("ab") as file:
        process = subprocess.Popen(
            command,
            stdout=file,
            stderr=file,
            cwd=ROOT,
            env=inherited | {"PYTHONPATH": paths} | dict(environment or {}),
        )
    pin(process.pid, 1)
    started(process.pid)
    resident = looks = ended = 0
    try:
        while not ended and not until():
            if looks % _LOOKS_PER_SAMPLE == 0:
                resident = max(resident, _resident(process.pid))
            looks += 1
            time.sleep(_LOOK)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    finally:
        if not ended:
            for each in _family(process.pid):
                each.kill()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(process.returncode, begun, time.time() - begun, usage.ru_utime + usage.ru_stime, resident)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return []


def _resident(pid: int) -> int:
    total = 0
    for each in _family(pid):
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
