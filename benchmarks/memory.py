"""Resident memory of a long run: `python -m benchmarks.memory`, with the fault server from the tests.

Runs a one-node recipe over many rows and compares this process's resident memory at the end with that after the first
few thousand records.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import load_server
from benchmarks._watch import MEBIBYTE, Sample, Watch
from benchmarks.peer_job import PERSONA, write_topics

import dialoom

_NAME = "memory"
_ALLOWED_AT_THE_END = 1.1
# Merging the corpus's files takes some memory for a moment and gives it back.
_ALLOWED_BETWEEN = 1.2


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Run it once."""
    records: int = arguments.records
    told = 0

    def tell_now_and_then(sample: Sample) -> None:
        nonlocal told
        if sample.kept >= told + records // 10:
            told = sample.kept
            tell(f"{sample.kept:>9,} records  {sample.resident / MEBIBYTE:7.1f} MiB  {sample.at:6.1f} s")

    with (
        tempfile.TemporaryDirectory() as folder,
        load_server(answer="auto", latency=arguments.latency) as server,
    ):
        source = Path(folder) / "topics.jsonl"
        write_topics(source, records)
        recipe = dialoom.Recipe(
            "memory",
            models={"writer": {"url": server.url, "concurrency": arguments.concurrency}},
            source=source,
        ).add("line", "generate", prompt=PERSONA)
        watch = Watch(0.0, tell_now_and_then)
        before = resource.getrusage(resource.RUSAGE_SELF)
        report = dialoom.run(recipe, Path(folder) / "run", view=watch)
        after = resource.getrusage(resource.RUSAGE_SELF)
        calls = server.stats()["requests"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    later = [sample for sample in watch.samples if sample.kept >= arguments.early]
    early, last = later[0].resident, later[-1].resident
    most = max(sample.resident for sample in later)
    since = f"to that at {arguments.early:,} records"
    return [
        Figure(_NAME, f"resident at {later[0].kept:,} records", early / MEBIBYTE, "MiB"),
        Figure(_NAME, f"resident at the end, {since}", last / early, "x", most=_ALLOWED_AT_THE_END),
        Figure(_NAME, f"of it no files, {since}", later[-1].own / later[0].own, "x", most=_ALLOWED_AT_THE_END),
        Figure(_NAME, f"most resident on the way, {since}", most / early, "x", most=_ALLOWED_BETWEEN),
        Figure(_NAME, "records kept", report.counts.kept, "", least=records, most=records),
        Figure(_NAME, "calls a second", calls / report.seconds, "/s"),
        Figure(_NAME, "CPU for 1,000 calls", 1000 * cpu / calls, "s"),
    ]


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--records", type=int, default=100_000, help="records of one call each")
    known.add_argument("--early", type=int, default=2000, help="records after which memory may not grow any more")
    known.add_argument("--concurrency", type=int, default=64, help="calls in flight")
    known.add_argument("--latency", type=float, default=0.01, help="seconds to an answer")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
