"""The runs below a folder, as their directories tell of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from dialoom.engine.rundir import read_report
from dialoom.engine.told import Told
from dialoom.errors import Place, StorageError
from dialoom.yaml_file import dotted


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run directory.

    Attributes:
        state: the status in run.json, with `killed` in place of `running` where no process is at work in it.
        told: what its run.json tells.
    """

    path: Path
    state: str
    told: Told


def read_run(path: Path) -> FoundRun:
    """The run in a directory. Raises StorageError where its run.json cannot be read, or is not that of a run."""
    try:
        told = Told.model_validate(read_report(path))
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise StorageError(
            f"it was not written by a run of this version: {wrong['msg']}",
            place=Place(str(path / "run.json"), field=dotted(wrong["loc"])),
            remedy="run the recipe in that directory again: no call is repeated, and run.json is written anew",
        ) from error
    state = "killed" if told.status == "running" and not _at_work(path) else told.status
    return FoundRun(path, state, told)


def find_runs(folder: Path) -> Iterator[FoundRun | StorageError]:
    """All runs in a folder and below it, and the error of each whose run.json is damaged, in no order."""
    for place, folders, files in os.walk(folder):
        if "run.json" not in files:
            folders[:] = [name for name in folders if not name.startswith(".")]
            continue
        # Below it lies what the run made.
        folders.clear()
        try:
            yield read_run(Path(place))
        except StorageError as error:
            yield error


def _at_work(path: Path) -> bool:
    """Whether a process holds the directory's lock."""
    lock = path / ".lock"
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        # A lock that may not be opened belongs to somebody else, who may be at work.
        return True
