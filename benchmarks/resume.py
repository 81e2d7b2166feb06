"""What a run that was cut short costs to finish: `python -m benchmarks.resume`.

The job is killed with SIGKILL once half of its calls are answered, and the same command is run again: no call that is
in the ledger may be asked again, and every row must be there once. The same again on a slow disk, and instead of a kill
on a disk that is full until room is made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from benchmarks._disks import slow_disk, small_disk
from benchmarks._engines import DIALOOM, check_rows
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import load_server
from benchmarks.peer_job import CALLS_A_RECORD
from tests.support.fault_server import FaultServer

from dialoom.models import ReadLedger

_NAME = "resume"
_SLOW_WRITE = 0.001
_SLOW_FLUSH = 0.1
_STORAGE_ERROR = 5


def killed(arguments: argparse.Namespace, folder: Path) -> list[Figure]:
    """SIGKILL at half."""
    return _kill_and_rerun("killed at half", arguments, folder / "job", {})


def slow(arguments: argparse.Namespace, folder: Path) -> list[Figure]:
    """SIGKILL at half on a slow disk, and what the slowness costs."""
    environment = slow_disk(folder, write=_SLOW_WRITE, flush=_SLOW_FLUSH)
    if environment is None:
        return [Figure(_NAME, "slow disk", None, note="needs Linux and a C compiler")]
    figures = _kill_and_rerun("slow disk, killed at half", arguments, folder / "job", environment)
    windows = []
    for name, each in (("usual", {}), ("slow", environment)):
        with load_server(latency=arguments.latency) as server:
            DIALOOM.work(server, folder / name, arguments.records, arguments.concurrency, environment=each)
            stats = server.stats()
        windows.append((stats["last_at"] or 0.0) - (stats["first_at"] or 0.0))
    return [*figures, Figure(_NAME, "slow disk: window, to that on the usual one", windows[1] / windows[0], "x")]


def full(arguments: argparse.Namespace, folder: Path) -> list[Figure]:
    """A disk that takes half of what the job makes, and has room for all of it when the command is run again."""
    records: int = arguments.records
    whole = folder / "whole"
    (folder / "disk").mkdir()
    with load_server() as server:
        DIALOOM.work(server, whole, records, arguments.concurrency)
    with load_server(latency=arguments.latency) as server, small_disk(folder / "disk", whole / "run") as disk:
        out = disk.folder / "job"
        log = folder / "job.log"
        cost = DIALOOM.work(server, out, records, arguments.concurrency, log, started=disk.limit)
        answered = server.stats()["answered"]
        disk.make_room()
        known = _in_ledger(out)
        tell(f"  full: status {cost.code}, {answered} calls answered, {known} in the ledger")
        tell(f"  it said: {log.read_text().strip()[-200:]}")
        what = "full disk"
        status = Figure(_NAME, f"{what}: exit status", cost.code, least=_STORAGE_ERROR, most=_STORAGE_ERROR)
        return [status, *_rerun(what, arguments, server, out, {})]


SCENES: Mapping[str, Callable[[argparse.Namespace, Path], list[Figure]]] = {
    "killed": killed,
    "slow": slow,
    "full": full,
}


def _kill_and_rerun(
    what: str, arguments: argparse.Namespace, out: Path, environment: Mapping[str, str]
) -> list[Figure]:
    half = arguments.records * CALLS_A_RECORD // 2
    with load_server(latency=arguments.latency) as server:
        cost = DIALOOM.work(
            server,
            out,
            arguments.records,
            arguments.concurrency,
            environment=environment,
            until=lambda: server.stats()["answered"] >= half,
        )
        known = _in_ledger(out)
        tell(f"  {what}: status {cost.code}, {server.stats()['answered']} calls answered, {known} in the ledger")
        return _rerun(what, arguments, server, out, environment)


def _rerun(
    what: str, arguments: argparse.Namespace, server: FaultServer, out: Path, environment: Mapping[str, str]
) -> list[Figure]:
    """Run the same command again to its end, and compare what it asked with what was known."""
    records, calls = arguments.records, arguments.records * CALLS_A_RECORD
    known, before = _in_ledger(out), server.stats()
    cost = DIALOOM.work(server, out, records, arguments.concurrency, environment=environment)
    after = server.stats()
    rows = check_rows(out / "out.jsonl", records)
    report: dict[str, Any] = orjson.loads((out / "run" / "run.json").read_bytes())
    exact = report["kept"] == report["records"] == records and _in_ledger(out) == calls
    asked = after["requests"] - before["requests"]
    tell(f"  {what}, again: status {cost.code}, {asked} calls asked, {known} of {calls} were in the ledger, {rows}")
    return [
        Figure(_NAME, f"{what}: calls in the ledger asked again", asked + known - calls, least=0, most=0),
        # Answers that were on their way to the ledger: at most one for each worker, of which there are a few more than
        # calls in flight.
        Figure(
            _NAME,
            f"{what}: answered calls that were not in the ledger yet",
            after["repeats"] - before["repeats"],
            most=2 * arguments.concurrency,
        ),
        Figure(_NAME, f"{what}: rows right", rows.right - rows.wrong, least=records, most=records),
        Figure(_NAME, f"{what}: counts exact (1: yes)", float(exact), least=1, most=1),
    ]


def _in_ledger(out: Path) -> int:
    ledger = ReadLedger(out / "run" / "ledger.sqlite")
    try:
        return sum(1 for _ in ledger)
    finally:
        ledger.close()


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """All of them, or those that were named."""
    figures: list[Figure] = []
    for scene in arguments.scene:
        tell(f"{scene}: {arguments.records:,} records, {arguments.concurrency} in flight")
        with tempfile.TemporaryDirectory() as folder:
            figures += SCENES[scene](arguments, Path(folder))
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--records", type=int, default=2000, help="records of two calls each")
    known.add_argument("--concurrency", type=int, default=100, help="calls in flight")
    known.add_argument("--latency", type=float, default=0.2, help="seconds to an answer")
    known.add_argument("--scene", nargs="+", choices=list(SCENES), default=list(SCENES), help="only these")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
