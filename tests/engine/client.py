"""One run of a recipe file in a process of its own, which can be killed."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path
from typing import Any

import orjson

import dialoom
import dialoom.models.batches.chat
import dialoom.models.server  # Loaded before the fork, as the engine would load them on its way.
import dialoom.nodes.combine
import dialoom.nodes.converse
import dialoom.nodes.expand
import dialoom.nodes.generate
import dialoom.nodes.sample
from dialoom.engine import job, sink
from dialoom.models.batches import hand_in
from dialoom.models.journal import Journal


def main(recipe: Path, out: Path, said: Path, options: dict[str, Any]) -> None:
    """Run it, and write what became of it to the file `said` as one line of JSON, after what went to standard error.

    Args:
        options: `retry`, `limit` and `leave` of `dialoom.run`; `commit_every`, seconds between commits, so that kills
            also land between them; `settling`, seconds in which a batch that was asked for is created; `file_limit`,
            bytes that a file may grow to, as on a full disk; `no_journal`, whether the ledger can write nothing.
    """
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    if "commit_every" in options:
        sink._LONGEST_WAIT = options["commit_every"]
    if "settling" in options:
        hand_in.SETTLING = options["settling"]
    if "report_every" in options:
        job._TICKS_PER_REPORT = options["report_every"]
    if "file_limit" in options:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options["file_limit"], resource.RLIM_INFINITY))
    if options.get("no_journal"):
        Journal.write = _no_room  # type: ignore[method-assign, assignment]
    status, failure = "raised", None
    try:
        report = dialoom.run(
            dialoom.load_recipe(recipe),
            out,
            retry=options.get("retry", False),
            limit=options.get("limit"),
            leave=options.get("leave", False),
        )
        status, failure = report.status, report.error
    except dialoom.DialoomError as error:
        failure = error
    # The file that it writes to may be as full as the disk of the run.
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.write(2, orjson.dumps({"status": status, "error": type(failure).__name__, "why": str(failure)}) + b"\n")


def _no_room(journal: Journal, framed: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
