"""The engines that do the job of `peer_job`, and whether what they left is right."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from benchmarks._machine import ROOT, Cost, run_process
from benchmarks.peer_job import topics
from tests.support.fault_server import FaultServer

_HERE = ROOT / "benchmarks"


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that does the job: an interpreter and a script that takes --n --out --url --conc."""

    name: str
    python: Path
    script: Path

    def work(
        self, server: FaultServer, out: Path, records: int, concurrency: int, log: Path | None = None, **options: Any
    ) -> Cost:
        """Do the job in `out`. Its output goes to `log`, or beside `out`; `options` are those of `run_process`."""
        command = [str(self.python), str(self.script), "--n", str(records), "--out", str(out)]
        command += ["--url", server.url, "--conc", str(concurrency)]
        return run_process(command, log or out.with_suffix(".log"), **options)


DIALOOM = Engine("dialoom", Path(sys.executable), _HERE / "peer_job.py")
FLOOR = Engine("floor", Path(sys.executable), _HERE / "peers" / "floor.py")


def peers(folder: Path | None, others: list[list[str]]) -> list[Engine]:
    """The engines to compare with: what the job costs at the least, and those that are installed.

    Args:
        folder: holds for an engine of `benchmarks/peers` its virtual environment, as NAME/v.
        others: further engines as [name, interpreter, script].
    """
    installed = [
        Engine(script.stem, python.absolute(), script)
        for script in sorted((_HERE / "peers").glob("*.py"))
        if folder is not None and (python := folder / script.stem / "v" / "bin" / "python").exists()
        if script != FLOOR.script
    ]
    given = [Engine(name, Path(python).absolute(), Path(script).absolute()) for name, python, script in others]
    return [FLOOR, *installed, *given]


@dataclass(frozen=True, slots=True)
class Rows:
    """What an out.jsonl holds: how many topics with both right answers, rows beside those, topics without any row."""

    right: int
    wrong: int
    missing: int


def check_rows(path: Path, records: int) -> Rows:
    """Check each row: every answer of the load server begins as its question did."""
    wanted = set(topics(records))
    right = wrong = 0
    seen: set[str] = set()
    for line in path.open("rb") if path.exists() else ():
        row = orjson.loads(line)
        topic = row.get("topic")
        fits = str(row.get("persona")).startswith(f"NODE1 {topic}:") and str(row.get("dialogue")).startswith(
            f"NODE2 {topic}:"
        )
        if fits and topic in wanted and topic not in seen:
            right += 1
        else:
            wrong += 1
        seen.add(topic)
    return Rows(right, wrong, len(wanted - seen))
