"""How near to its ideal a run comes, and what a call costs: `python -m benchmarks.throughput`.

The job is a persona and then a dialogue for each record, against a load server that answers after a fixed time. Ideal
is calls x latency / calls in flight. The window goes from the first request to the last answer; the whole is the
process from its start to its end, imports and export included. The same job is done by `floor`, a bare loop
over an HTTP client, and by every engine that --peers or --peer names, in the same run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._engines import DIALOOM, Engine, Rows, check_rows, peers
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import Cost, load_server
from benchmarks.peer_job import CALLS_A_RECORD

_NAME = "throughput"
_MEBIBYTE = 1 << 20
# Seconds after which an engine is taken to hang, and killed.
_LONGEST = 900.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One engine's run of the job, in seconds."""

    engine: str
    calls: int
    ideal: float
    window: float
    first: float
    cost: Cost
    rows: Rows

    @property
    def cpu(self) -> float:
        """Seconds of CPU for 1,000 calls, start and end included."""
        return 1000 * self.cost.cpu / self.calls

    def told(self) -> str:
        """In a line."""
        return (
            f"  {self.engine:<12} window {self.window:.2f} s ({self.window / self.ideal:.2f} x ideal), whole "
            f"{self.cost.seconds:.2f} s, first request after {self.first:.2f} s, {self.cpu:.2f} CPU s for 1,000 calls, "
            f"{self.cost.resident / _MEBIBYTE:.0f} MiB, rows right {self.rows.right}, wrong {self.rows.wrong}, "
            f"missing {self.rows.missing}"
        )


def do_job(engine: Engine, records: int, concurrency: int, latency: float) -> Pass:
    """One engine's run against a fresh server."""
    with tempfile.TemporaryDirectory() as folder, load_server(latency=latency) as server:
        out = Path(folder) / engine.name
        end = time.monotonic() + _LONGEST
        cost = engine.work(server, out, records, concurrency, until=lambda: time.monotonic() > end)
        stats = server.stats()
        rows = check_rows(out / "out.jsonl", records)
        if cost.code or rows.right < records:
            tell(f"  {engine.name} ended with status {cost.code}: {out.with_suffix('.log').read_text().strip()[-800:]}")
    first, last = stats["first_at"] or cost.begun, stats["last_at"] or cost.begun
    calls = records * CALLS_A_RECORD
    return Pass(engine.name, calls, calls * latency / concurrency, last - first, first - cost.begun, cost, rows)


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Every engine at every concurrency."""
    engines = [DIALOOM, *peers(arguments.peers, arguments.peer)]
    figures: list[Figure] = []
    for concurrency in arguments.concurrency:
        tell(f"{arguments.records:,} records, {concurrency:,} in flight, {arguments.latency:g} s an answer")
        passes = []
        for engine in engines:
            passes.append(do_job(engine, arguments.records, concurrency, arguments.latency))
            tell(passes[-1].told())
        figures += _figures(concurrency, passes[0], passes[1:])
    return figures


def _figures(concurrency: int, own: Pass, others: list[Pass]) -> list[Figure]:
    at = f"{concurrency:,} in flight"
    records = own.calls // CALLS_A_RECORD
    figures = [
        Figure(_NAME, f"{at}: window, to ideal", own.window / own.ideal, "x"),
        Figure(_NAME, f"{at}: whole, to ideal", own.cost.seconds / own.ideal, "x"),
        Figure(_NAME, f"{at}: CPU for 1,000 calls", own.cpu, "s"),
        Figure(_NAME, f"{at}: start to first request", own.first, "s"),
        Figure(_NAME, f"{at}: resident memory", own.cost.resident / _MEBIBYTE, "MiB"),
        Figure(_NAME, f"{at}: rows right", own.rows.right - own.rows.wrong, "", least=records, most=records),
    ]
    for other in others:
        if other.rows.right < records:
            why = f"{other.rows.right} of {records} rows right"
            figures.append(Figure(_NAME, f"{at}: against {other.engine}", None, note=why))
            continue
        figures += [
            Figure(_NAME, f"{at}: window, to that of {other.engine}", own.window / other.window, "x"),
            Figure(_NAME, f"{at}: whole, to that of {other.engine}", own.cost.seconds / other.cost.seconds, "x"),
            Figure(_NAME, f"{at}: CPU, to that of {other.engine}", own.cpu / other.cpu, "x"),
        ]
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--records", type=int, default=10_000, help="records of two calls each")
    known.add_argument("--concurrency", type=int, nargs="+", default=[100, 1000], help="calls in flight")
    known.add_argument("--latency", type=float, default=0.2, help="seconds to an answer")
    known.add_argument("--peers", type=Path, metavar="DIR", help="virtual environments of engines, each as DIR/NAME/v")
    known.add_argument(
        "--peer",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "PYTHON", "SCRIPT"),
        help="a further engine; its script takes --n --out --url --conc and leaves OUT/out.jsonl",
    )
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
