"""Resident memory of a long run: `python -m benchmarks.memory`, with the fault server from the tests.

Runs a one-node recipe over many rows and compares the client's resident memory at the end with that at 5,000 records.
Ends with status 1 where it grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

import orjson
import psutil
from tests.support.fault_server import FaultServer

import dialoom
from dialoom.engine import Report
from dialoom.models import Meter

_EARLY = 5_000
_ALLOWED_AT_THE_END = 1.1
# Merging the corpus's files takes some memory for a moment and gives it back.
_ALLOWED_BETWEEN = 1.2
_MEBIBYTE = 1 << 20


class Watch:
    """A view that reads this process's resident memory as records come to an end."""

    def __init__(self, step: int) -> None:
        self._process = psutil.Process()
        self._step = step
        self._next = _EARLY
        self.early = 0
        self.most = 0

    def start(self, report: Report, meter: Meter) -> None:
        pass

    def update(self, report: Report, meter: Meter) -> None:
        resident = self.resident()
        self.most = max(self.most, resident)
        ended = report.counts.kept
        if ended < self._next:
            return
        self.early = self.early or resident
        self._next = ended - ended % self._step + self._step
        print(f"{ended:>9,} records  {resident / _MEBIBYTE:7.1f} MiB  {report.seconds:6.1f} s", flush=True)

    def say(self, message: str) -> None:
        print(message)

    def stop(self, report: Report, meter: Meter) -> None:
        pass

    def resident(self) -> int:
        """Bytes of resident memory now."""
        return int(self._process.memory_info().rss)


def main() -> int:
    """Run it; 0 where memory stayed flat."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--concurrency", type=int, default=64)
    options.add_argument("--latency", type=float, default=0.01)
    arguments = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultServer(keep_log=False, keep_bodies=False, latency=arguments.latency) as server,
    ):
        source = Path(folder) / "topics.jsonl"
        with source.open("wb") as file:
            file.writelines(orjson.dumps({"topic": f"topic {n}"}) + b"\n" for n in range(arguments.records))
        recipe = dialoom.Recipe(
            "memory",
            models={"writer": {"url": server.url, "concurrency": arguments.concurrency}},
            source=source,
        ).add("line", "generate", prompt="Say something about {{ topic }}.")
        watch = Watch(arguments.records // 10)
        before = resource.getrusage(resource.RUSAGE_SELF)
        report = dialoom.run(recipe, Path(folder) / "run", view=watch)
        after = resource.getrusage(resource.RUSAGE_SELF)
        last = watch.resident()
        stats = server.stats()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    calls = stats["requests"]
    print(f"{report.status}: {report.counts.kept:,} kept of {report.counts.records:,}, {calls:,} calls")
    print(f"{calls / report.seconds:.0f} calls/s, {1000 * cpu / calls:.2f} CPU seconds for 1,000 calls")
    print(
        f"resident: {watch.early / _MEBIBYTE:.1f} MiB at {_EARLY:,} records, {last / _MEBIBYTE:.1f} MiB at the end "
        f"(ratio {last / watch.early:.3f}), {watch.most / _MEBIBYTE:.1f} MiB at most (ratio "
        f"{watch.most / watch.early:.3f})"
    )
    flat = last <= _ALLOWED_AT_THE_END * watch.early and watch.most <= _ALLOWED_BETWEEN * watch.early
    return 0 if flat and report.counts.kept == arguments.records else 1


if __name__ == "__main__":
    sys.exit(main())
