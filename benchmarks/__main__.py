"""All benchmarks in one run, each in a process of its own: `python -m benchmarks`, or `make bench`.

Prints one table of what was measured, the targets, and whether they hold, and ends with status 1 where one does not.
The machine should have nothing else to do meanwhile. The soak is not among them: `python -m benchmarks.soak`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import orjson
from benchmarks._figures import Figure, parser, run, tell
from benchmarks._machine import ROOT

_ALL = ("throughput", "faults", "resume", "memory", "embedded")
# Small enough that all of them take a minute or two: to see that they work, not to measure.
_QUICK = {
    "throughput": ["--records", "500"],
    "faults": ["--records", "300"],
    "resume": ["--records", "300"],
    "memory": ["--records", "10000"],
    "embedded": [],
}


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """All of them, or those that were named."""
    figures: list[Figure] = []
    for name in arguments.only:
        tell(f"== {name}")
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *(_QUICK[name] if arguments.quick else [])]
        if name == "throughput" and arguments.peers is not None:
            command += ["--peers", str(arguments.peers.absolute())]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
        if done.stdout:
            figures += map(Figure.from_json, orjson.loads(done.stdout))
        else:
            figures.append(Figure(name, f"ended with status {done.returncode} and no figures", 0.0, least=1))
    return figures


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--only", nargs="+", choices=_ALL, default=list(_ALL), help="only these")
    known.add_argument("--quick", action="store_true", help="with few records, to see that all works")
    known.add_argument("--peers", type=Path, metavar="DIR", help="virtual environments of engines, each as DIR/NAME/v")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
