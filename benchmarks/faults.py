"""How near to the best possible time a run comes at a server that fails: `python -m benchmarks.faults`.

- errors: a share of the requests is answered 503, after the time that an answer takes. Best possible: every request
  that the job then needs, at full concurrency.
- limit: the server takes fewer requests at once than the recipe allows, and answers others at once, with 429 and
  Retry-After. Best possible: the server's limit full all the time.
- slowing: the server's latency grows with the requests in flight beyond a knee, so that its throughput has a peak. The
  best fixed concurrency is found by a bare loop that keeps each of several.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._bare import ask_all
from benchmarks._engines import DIALOOM, check_rows
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import load_server
from benchmarks.peer_job import CALLS_A_RECORD, PERSONA, filled, topics
from tests.support.fault_server import FaultServer, Stats

_NAME = "faults"
_CEILING = 100
_SHARE_503 = 0.3
_LIMIT = 30
_RETRY_AFTER = 1.0
_KNEE = 40
_SLOWING = 3.0
_SLOWING_CEILING = 256
_ROUNDS = 5
_SWEPT = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0)


class Watch:
    """Reads the server's counts while a job runs."""

    def __init__(self, server: FaultServer) -> None:
        self._server = server
        self.seen: list[tuple[float, Stats]] = []

    def look(self) -> bool:
        """Called now and then; never ends the job."""
        self.seen.append((time.monotonic(), self._server.stats()))
        return False

    def settled(self, calls: int) -> tuple[float, float]:
        """Calls in flight and answers a second between half and nine tenths of the answers."""
        later = [(at, stats) for at, stats in self.seen if 0.5 * calls <= stats["answered"] <= 0.9 * calls]
        if len(later) < 2:
            return 0.0, 0.0
        (begun, first), (ended, last) = later[0], later[-1]
        rate = (last["answered"] - first["answered"]) / (ended - begun)
        return statistics.mean(stats["in_flight"] for _, stats in later), rate


def do_job(server: FaultServer, records: int, concurrency: int) -> tuple[Stats, Watch, float, int]:
    """The server's counts at the end, those on the way, seconds from first request to last answer, and rows right."""
    watch = Watch(server)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "job"
        DIALOOM.work(server, out, records, concurrency, until=watch.look)
        rows = check_rows(out / "out.jsonl", records)
    stats = server.stats()
    window = (stats["last_at"] or 0.0) - (stats["first_at"] or 0.0)
    return stats, watch, window, rows.right - rows.wrong


def errors(records: int, latency: float) -> list[Figure]:
    """Three in ten answers are 503."""
    tell(f"errors: {_SHARE_503:.0%} of answers 503, {records:,} records, {_CEILING} in flight")
    with load_server(latency=latency, rate_503=_SHARE_503) as server:
        stats, _, window, right = do_job(server, records, _CEILING)
    calls = records * CALLS_A_RECORD
    best = stats["requests"] * latency / _CEILING
    tell(f"  window {window:.2f} s, best possible {best:.2f} s, without errors {calls * latency / _CEILING:.2f} s")
    return [
        Figure(_NAME, "30% of answers 503: window, to the best possible", window / best, "x", most=1.5),
        Figure(_NAME, "30% of answers 503: window, to ideal without errors", window * _CEILING / calls / latency, "x"),
        Figure(_NAME, "30% of answers 503: rows right", right, "", least=records, most=records),
    ]


def limit(records: int, latency: float) -> list[Figure]:
    """The server takes 30 at once."""
    tell(f"limit: {_LIMIT} taken at once, {records:,} records, {_CEILING} allowed in flight")
    with load_server(latency=latency, max_in_flight=_LIMIT, retry_after=_RETRY_AFTER) as server:
        stats, watch, window, right = do_job(server, records, _CEILING)
    best = records * CALLS_A_RECORD * latency / _LIMIT
    refused = stats["by_fault"].get("max_in_flight", 0)
    settled, _ = watch.settled(records * CALLS_A_RECORD)
    tell(f"  window {window:.2f} s, best possible {best:.2f} s, {refused} of {stats['requests']} requests refused")
    return [
        Figure(_NAME, "30 taken at once: best possible time, to window", 100 * best / window, "%", least=90),
        Figure(_NAME, "30 taken at once: requests refused", 100 * refused / stats["requests"], "%", most=3),
        Figure(_NAME, "30 taken at once: settled in flight", settled),
        Figure(_NAME, "30 taken at once: rows right", right, "", least=records, most=records),
    ]


def slowing(records: int, latency: float) -> list[Figure]:
    """The server is at its best with 40 in flight."""
    tell(f"slowing: throughput peaks at {_KNEE} in flight, {records:,} records, {_SLOWING_CEILING} allowed in flight")
    calls = records * CALLS_A_RECORD
    settings = {"latency": latency, "slow_after": _KNEE, "slow_factor": _SLOWING}
    best_rate, best = 0.0, 0
    with load_server(**settings) as server:
        for concurrency in (round(share * _KNEE) for share in _SWEPT):
            bodies = [
                {"model": "any", "messages": [{"role": "user", "content": filled(PERSONA, topic=topic)}]}
                for topic in topics(max(concurrency * _ROUNDS, calls // 10))
            ]
            rate = len(bodies) / ask_all(server.url, bodies, concurrency).seconds
            tell(f"  a bare loop with {concurrency} in flight: {rate:.0f} answers/s")
            best_rate, best = max((best_rate, best), (rate, concurrency))
    with load_server(**settings) as server:
        _, watch, window, right = do_job(server, records, _SLOWING_CEILING)
    settled, rate = watch.settled(calls)
    tell(f"  dialoom: {calls / window:.0f} answers/s, {rate:.0f} once settled, with {settled:.0f} in flight")
    return [
        Figure(_NAME, "slowing server: answers/s, to the best fixed", calls / window / best_rate, "x", least=0.8),
        Figure(_NAME, "slowing server: answers/s once settled, to the best fixed", rate / best_rate, "x", least=0.8),
        Figure(_NAME, "slowing server: settled in flight, to the best fixed", settled / best, "x", least=0.8, most=1.2),
        Figure(_NAME, "slowing server: rows right", right, "", least=records, most=records),
    ]


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """All of them, or those that were named."""
    figures: list[Figure] = []
    for fault in arguments.fault:
        figures += {"errors": errors, "limit": limit, "slowing": slowing}[fault](arguments.records, arguments.latency)
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--records", type=int, default=3000, help="records of two calls each")
    known.add_argument("--latency", type=float, default=0.2, help="seconds to an answer")
    faults = ["errors", "limit", "slowing"]
    known.add_argument("--fault", nargs="+", choices=faults, default=faults, help="only these")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
