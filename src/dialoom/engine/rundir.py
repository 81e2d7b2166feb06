"""The directory of a run: what lies where, and that only one run works in it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from dialoom.errors import Place, StorageError


class RunDirectory:
    """A run's directory, locked while this object is open (a context manager).

    `corpus` holds what was kept, `rejects` what was not, `ledger.sqlite` every model call, `seeds.sqlite` which seeds
    are done, `run.json` the counts, `state` what models keep between runs, such as batches that are under way.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.corpus = path / "corpus"
        self.rejects = path / "rejects"
        self.ledger = path / "ledger.sqlite"
        self.seeds = path / "seeds.sqlite"
        self.report = path / "run.json"
        self.state = path / "state"
        self._lock = FileLock(path / ".lock")

    def __enter__(self) -> RunDirectory:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.rejects.mkdir(exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StorageError(
                f"another run is at work in {self.path}", remedy="wait for it, or choose another directory with --out"
            ) from error
        except OSError as error:
            raise StorageError(f"cannot use {self.path} as a run directory: {error.strerror or error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def read_report(self) -> dict[str, Any]:
        """The content of run.json, {} where there is none yet. Raises StorageError where it is damaged."""
        return read_report(self.path)

    def write_report(self, content: Mapping[str, Any]) -> None:
        """Replace run.json in one step."""
        target = self.report.with_suffix(".tmp")
        try:
            target.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
            target.replace(self.report)
        except OSError as error:
            raise StorageError(
                f"cannot write {self.report}: {error.strerror}",
                remedy="free some disk space and run the same command again",
            ) from error


def require_run(path: Path) -> dict[str, Any]:
    """The content of a run directory's run.json. Raises StorageError where there is none."""
    if not (path / "run.json").exists():
        what = "there is no run in it: it holds no run.json" if path.is_dir() else "there is no such directory"
        raise StorageError(what, place=Place(str(path)), remedy="name the directory that was given to `run` as --out")
    return read_report(path)


def read_report(path: Path) -> dict[str, Any]:
    """The content of a run directory's run.json, {} where there is none. Raises StorageError where it is damaged."""
    file = path / "run.json"
    if not file.exists():
        return {}
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise StorageError(f"{file} cannot be read: {error}", remedy="delete it; nothing else depends on it") from error
    return content if isinstance(content, dict) else {}
