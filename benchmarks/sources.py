"""Memory and speed of reading a source: `python -m benchmarks.sources`.

Reads a million rows of every kind, each in a process of its own, and compares the resident memory at the end with that
after the first tenth. What holds rows on disk (shuffle, distinct, joins by key and at random) is measured from the
first row that comes out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import ROOT

_NAME = "sources"
_ALLOWED = 1.2
_SQL = "SELECT i AS n, 'topic ' || i AS topic FROM range({rows}) t(i)"


def _make(folder: Path, rows: int) -> None:
    import duckdb

    select = _SQL.format(rows=rows)
    with duckdb.connect(str(folder / "a.duckdb")) as connection:
        connection.execute(f"CREATE TABLE topics AS {select}")
        for name, how in (("csv", "HEADER"), ("json", "FORMAT json, ARRAY true"), ("parquet", "ROW_GROUP_SIZE 50000")):
            connection.execute(f"COPY topics TO '{folder}/a.{name}' ({how})")
        connection.execute(f"COPY topics TO '{folder}/a.jsonl' (FORMAT json)")
        connection.execute(f"COPY topics TO '{folder}/a.jsonl.gz' (FORMAT json, COMPRESSION gzip)")
        reader = connection.sql("FROM topics").to_arrow_reader(10_000)
        import pyarrow as pa

        with pa.OSFile(str(folder / "a.arrow"), "wb") as file, pa.ipc.new_file(file, reader.schema) as made:
            for batch in reader:
                made.write_batch(batch)
    import sqlite3

    with sqlite3.connect(folder / "a.sqlite") as sqlite:
        sqlite.execute("CREATE TABLE topics (n INTEGER, topic TEXT)")
        sqlite.executemany("INSERT INTO topics VALUES (?, ?)", ((n, f"topic {n}") for n in range(rows)))
    sqlite.close()


def _sources(rows: int) -> dict[str, Any]:
    sql = "SELECT n, topic FROM topics ORDER BY n"
    other = {"file": "a.parquet", "rename": {"topic": "other"}}
    return {
        **{name: f"a.{name}" for name in ("jsonl", "jsonl.gz", "json", "csv", "parquet", "arrow")},
        "duckdb": {"sql": sql, "database": "a.duckdb"},
        "sqlite": {"sql": sql, "database": "a.sqlite"},
        "count": {"count": rows},
        "where and select": {"file": "a.parquet", "where": "n % 2 >= 0", "select": {"n": "n + 1", "t": "upper(topic)"}},
        "sample": {"file": "a.jsonl", "sample": 0.9},
        "shuffle": {"file": "a.parquet", "shuffle": 1},
        "distinct": {"file": "a.parquet", "distinct": ["topic"]},
        "stack": {"join": "stack", "of": ["a.csv", "a.jsonl"], "limit": 2 * rows},
        "zip": {"join": "zip", "nest": True, "of": ["a.csv", "a.jsonl"]},
        "inner": {"join": "inner", "on": "n", "of": ["a.jsonl", other]},
        "random": {"join": "random", "nest": True, "of": ["a.jsonl", other]},
        "cross": {"join": "cross", "of": ["a.jsonl", [{"mood": "calm"}, {"mood": "cross"}]]},
    }


def _read(folder: Path, source: Any) -> dict[str, float]:
    from dialoom.graph.parse_source import parse_source

    begun = time.perf_counter()
    page = os.sysconf("SC_PAGE_SIZE")
    resident: Callable[[], int] = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * page  # noqa: E731
    number, early, most = 0, 0, 0
    for number, _ in enumerate(parse_source(source).read(folder), 1):
        if number % 10_000 == 0:
            now = resident()
            # The readers' own pieces, such as a row group, are there by now.
            early = max(early, now) if number <= 100_000 else early
            most = max(most, now)
    return {"rows": number, "early": early, "most": most, "seconds": time.perf_counter() - begun}


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Each kind in a process of its own."""
    figures = []
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        _make(folder, arguments.rows)
        for name, source in _sources(arguments.rows).items():
            if arguments.only and name not in arguments.only:
                continue
            command = [sys.executable, "-m", "benchmarks.sources", "--read", orjson.dumps([named, source]).decode()]
            found = orjson.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
            tell(f"{name}: {found['rows']:,} rows, {found['most'] / 2**20:.0f} MiB, {found['seconds']:.1f} s")
            figures += [
                Figure(_NAME, f"{name}: rows a second", found["rows"] / found["seconds"], "/s"),
                Figure(_NAME, f"{name}: most resident", found["most"] / 2**20, "MiB"),
                Figure(_NAME, f"{name}: to that at 100,000 rows", found["most"] / found["early"], "x", most=_ALLOWED),
            ]
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--rows", type=int, default=1_000_000, help="rows of each kind, 200,000 or more")
    known.add_argument("--only", nargs="+", help="only these kinds")
    known.add_argument("--read", help=argparse.SUPPRESS)
    return known


if __name__ == "__main__":
    if (given := options().parse_args().read) is not None:
        where, what = orjson.loads(given)
        sys.stdout.buffer.write(orjson.dumps(_read(Path(where), what)))
    else:
        sys.exit(run(measure, options()))
