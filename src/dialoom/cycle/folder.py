"""The folder of a cycle: what lies where, written whole or not at all, and which stages are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from dialoom.cycle.settings import Settings
from dialoom.dialogue.formats import write_lines
from dialoom.errors import Place, StorageError

Row = dict[str, Any]


def digest(*parts: Any) -> str:
    """A hash of values."""
    held = blake2b(digest_size=16)
    for part in parts:
        held.update(part if isinstance(part, bytes) else orjson.dumps(part, option=orjson.OPT_SORT_KEYS))
        held.update(b"\0")
    return held.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Whole or not at all. Raises StorageError."""
    write_lines([orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()], path)


def read_json(path: Path) -> Any:
    """Raises StorageError where it cannot be read."""
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise StorageError(
            f"it cannot be read: {error}", place=Place(str(path)), remedy="delete it: it is made anew"
        ) from error


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """JSON lines, whole or not at all. Raises StorageError."""
    write_lines((orjson.dumps(row).decode() for row in rows), path)


def read_rows(path: Path) -> list[Row]:
    """Raises StorageError where it cannot be read."""
    try:
        return [orjson.loads(line) for line in path.read_bytes().splitlines() if line]
    except (OSError, orjson.JSONDecodeError) as error:
        raise StorageError(
            f"it cannot be read: {error}", place=Place(str(path)), remedy="delete it: it is made anew"
        ) from error


@dataclass(frozen=True, slots=True)
class Folder:
    """A cycle's folder.

    `cycle.json` holds what it was asked to do, `real.jsonl` the real lines that generation and verification know,
    `round-N/` what each round made, `corpus` the result, `train.*` its exports, `report.json` the comparison.
    """

    path: Path

    @contextmanager
    def locked(self, settings: Settings, data: str) -> Iterator[None]:
        """While it is open no other cycle works here.

        Args:
            data: a digest of the real data.

        Raises StorageError where another cycle is at work, or this folder holds one that was asked for something else.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock")
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StorageError(
                f"another cycle is at work in {self.path}", remedy="wait for it, or name another folder with --out"
            ) from error
        except OSError as error:
            raise StorageError(f"cannot use {self.path} as the folder of a cycle: {error.strerror or error}") from error
        try:
            self._same(settings, data)
            yield
        finally:
            lock.release()

    def _same(self, settings: Settings, data: str) -> None:
        path = self.path / "cycle.json"
        asked = {"settings": settings.content(), "data": data}
        if path.is_file():
            held = read_json(path)
            if held != asked:
                names = sorted(
                    name
                    for name in {*held.get("settings", {}), *asked["settings"]}
                    if held.get("settings", {}).get(name) != settings.content().get(name)
                )
                raise StorageError(
                    f"{self.path} holds a cycle with another {', '.join(names) or 'content of its data'}",
                    remedy="name another folder with --out, or ask for the same",
                )
            return
        write_json(path, asked)

    @property
    def real(self) -> Path:
        return self.path / "real.jsonl"

    def round(self, number: int) -> Path:
        return self.path / f"round-{number}"


def stage(path: Path, made_of: str, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What a stage found: as it lies in `path` where it was made of the same, else made now and written.

    Args:
        made_of: a digest of all that it depends on.
    """
    if path.is_file():
        held: dict[str, Any] = read_json(path)
        if held.get("made_of") == made_of:
            return held
    found = {"made_of": made_of, **make()}
    write_json(path, found)
    # Read back, so that a stage that was just made and one that was found are alike.
    return orjson.loads(orjson.dumps(found))  # type: ignore[no-any-return]
