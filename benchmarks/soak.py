"""A run for an hour at a server with faults: `python -m benchmarks.soak`, or `make soak`.

The job of `peer_job` against a load server of whose answers one in twenty is an error, torn or no JSON. Resident
memory, open handles, asyncio tasks and threads of this process may not be more in the last quarter of the time than in
the second, by more than a tenth. When the time is up, the run is told to stop as by Ctrl-C. An hour takes some
gigabytes in the folder for temporary files.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import load_server
from benchmarks._watch import MEBIBYTE, Sample, Watch
from benchmarks.peer_job import CALLS_A_RECORD, recipe, write_topics

import dialoom

_NAME = "soak"
_FAULTS = {"rate_500": 0.01, "rate_503": 0.01, "rate_429": 0.01, "torn": 0.01, "wrong_json": 0.01, "retry_after": 0.5}
_ALLOWED = 1.1
_SAMPLES = 3600
_LINES = 20
_HELD: dict[str, Callable[[Sample], int]] = {
    "resident memory": lambda sample: sample.resident,
    "open handles": lambda sample: sample.handles,
    "tasks": lambda sample: sample.tasks,
    "threads": lambda sample: sample.threads,
}


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """One run for as long as was asked."""
    seconds = 60.0 * arguments.minutes
    told = 0.0

    def watch_the_time(sample: Sample) -> None:
        nonlocal told
        if sample.at >= told:
            told += seconds / _LINES
            tell(
                f"{sample.at:6.0f} s  {sample.kept:>9,} kept  {sample.resident / MEBIBYTE:7.1f} MiB  "
                f"{sample.handles} handles  {sample.tasks} tasks  {sample.threads} threads"
            )
        if sample.at >= seconds:
            os.kill(os.getpid(), signal.SIGINT)

    with (
        tempfile.TemporaryDirectory() as folder,
        load_server(latency=arguments.latency, **_FAULTS) as server,
    ):
        source = Path(folder) / "topics.jsonl"
        # More than can be done in the time.
        write_topics(source, int(seconds * arguments.concurrency / arguments.latency / CALLS_A_RECORD) + 1000)
        watch = Watch(seconds / _SAMPLES, watch_the_time)
        job = recipe(server.url, arguments.concurrency, source)
        # What is opened once for all runs in a process is opened by the first.
        dialoom.run(job, Path(folder) / "first", limit=arguments.concurrency)
        handles = _handles()
        report = dialoom.run(job, Path(folder) / "run", view=watch)
        left_open = _handles() - handles
    samples = watch.samples[:-1]
    ended_well = report.status == "interrupted" and report.error is None
    return [
        *_growth(samples),
        Figure(_NAME, "records failed", report.counts.failed, most=0),
        Figure(_NAME, "calls a second", CALLS_A_RECORD * samples[-1].kept / samples[-1].at, "/s"),
        Figure(_NAME, "handles left open after the run", left_open, most=0),
        Figure(_NAME, "stopped when told (1: yes)", float(ended_well), least=1, most=1),
    ]


def _handles() -> int:
    return int(psutil.Process().num_fds())


def _growth(samples: Sequence[Sample]) -> list[Figure]:
    """Of each thing held, the median of the last quarter of the time to that of the second."""
    quarter = samples[-1].at / 4
    second = [sample for sample in samples if quarter <= sample.at < 2 * quarter]
    last = [sample for sample in samples if sample.at >= 3 * quarter]
    figures = []
    for name, held in _HELD.items():
        before, after = (statistics.median(map(held, each)) for each in (second, last))
        scale, unit = (MEBIBYTE, "MiB") if name == "resident memory" else (1, "")
        figures += [
            Figure(_NAME, f"{name} in the last quarter", after / scale, unit),
            Figure(_NAME, f"{name} in the last quarter, to the second", after / before, "x", most=_ALLOWED),
        ]
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--minutes", type=float, default=60.0, help="how long")
    known.add_argument("--concurrency", type=int, default=32, help="calls in flight")
    known.add_argument("--latency", type=float, default=0.2, help="seconds to an answer")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
