"""`python -m tests.engine.client RECIPE OUT [OPTIONS]`: one run of a recipe file, in a process that can be killed.

OPTIONS is a JSON object: `retry`, `limit`, `commit_every` (seconds between commits, so that kills also land between
them), `file_limit` (bytes that a file may grow to, as on a full disk). Prints what became of the run as one JSON line.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import orjson

import dialoom
from dialoom.engine import sink


def main(recipe: str, out: str, options: str = "{}") -> int:
    """Run it; the exit code of the error, if any."""
    given = orjson.loads(options)
    if "commit_every" in given:
        sink._LONGEST_WAIT = given["commit_every"]
    if "file_limit" in given:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["file_limit"], given["file_limit"]))
    try:
        report = dialoom.run(
            dialoom.load_recipe(Path(recipe)), out, retry=given.get("retry", False), limit=given.get("limit")
        )
    except dialoom.DialoomError as error:
        print(orjson.dumps({"error": type(error).__name__, "why": str(error)}).decode())
        return error.exit_code
    error = type(report.error).__name__ if report.error else None
    print(orjson.dumps({"status": report.status, "error": error, "why": report.why}).decode())
    return report.error.exit_code if report.error else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
