"""What was not kept: one JSON line a record, with its reasons, in files that people can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from dialoom.dialogue import Dialogue
from dialoom.errors import StorageError

State = Literal["rejected", "failed"]
# Different reasons counted one by one; a node that says something else each time must not fill the memory.
_MOST_REASONS = 1000


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was rejected (by a node or the gate) or failed (an error, worth a retry), and why."""

    state: State
    node: str
    reasons: list[str]
    dialogue: Dialogue

    def to_line(self) -> bytes:
        content = {
            "id": self.dialogue.id,
            "seed": self.dialogue.lineage.seed,
            "node": self.node,
            "reasons": self.reasons,
            "record": orjson.loads(self.dialogue.to_json()),
        }
        return orjson.dumps(content) + b"\n"


class Rejects:
    """`rejected.jsonl` and `failed.jsonl` in a directory. A line torn by a kill is cut off when they are opened."""

    def __init__(self, folder: Path) -> None:
        self._files = _files(folder)
        for path in self._files.values():
            try:
                _cut_torn_end(path)
            except OSError as error:
                raise _storage_error(path, error) from error

    def add(self, rejects: list[Reject]) -> None:
        """Append records. Raises StorageError when they cannot be written."""
        for state, path in self._files.items():
            lines = b"".join(reject.to_line() for reject in rejects if reject.state == state)
            if lines:
                try:
                    with path.open("ab") as file:
                        file.write(lines)
                except OSError as error:
                    raise _storage_error(path, error) from error

    def keep_only(self, wanted: Callable[[State, dict[str, Any]], bool]) -> Counter[str]:
        """Rewrite the files without the lines that are not wanted, each in one step; returns the reasons of the others.

        Raises StorageError.
        """
        reasons: Counter[str] = Counter()
        for state, path in self._files.items():
            if not path.exists():
                continue
            rest = path.with_suffix(".tmp")
            try:
                with path.open("rb") as old:
                    # Usually all are wanted, and then nothing is written.
                    if not _count_wanted(old, state, wanted, reasons):
                        continue
                    old.seek(0)
                    with rest.open("wb") as new:
                        new.writelines(line for line in old if wanted(state, orjson.loads(line)))
                rest.replace(path)
            except OSError as error:
                raise _storage_error(path, error) from error
        return reasons

    def read(self) -> Iterator[tuple[State, dict[str, Any]]]:
        """Every line with its state."""
        return _read(self._files)

    def change(self, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
        """Rewrite the rejected records, each as `change` returns it and without those for which that is None, in one
        step.

        Raises StorageError.
        """
        path = self._files["rejected"]
        rest = path.with_suffix(".tmp")
        if not path.exists():
            return
        try:
            with path.open("rb") as old, rest.open("wb") as new:
                for line in old:
                    content = change(orjson.loads(line))
                    if content is not None:
                        new.write(orjson.dumps(content) + b"\n")
            rest.replace(path)
        except OSError as error:
            raise _storage_error(path, error) from error


def read_rejects(folder: Path) -> Iterator[tuple[State, dict[str, Any]]]:
    """Every line with its state, without touching the files, so that a run may be at work in them."""
    return _read(_files(folder))


def kind_of_reason(reason: str) -> str:
    """What a reason has in common with others of its kind: the rule without the value that broke it."""
    return reason.partition(": ")[0][:100]


def count_reason(counted: Counter[str], reasons: Sequence[str]) -> None:
    """Count a record's first reason, by its kind."""
    for reason in reasons[:1]:
        kind = kind_of_reason(reason)
        counted["others" if kind not in counted and len(counted) >= _MOST_REASONS else kind] += 1


def _count_wanted(
    lines: Iterable[bytes], state: State, wanted: Callable[[State, dict[str, Any]], bool], reasons: Counter[str]
) -> bool:
    """Count the reasons of the lines that are wanted; whether there are any that are not."""
    others = False
    for line in lines:
        content = orjson.loads(line)
        if wanted(state, content):
            count_reason(reasons, content["reasons"])
        else:
            others = True
    return others


def _storage_error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot write {path}: {error.strerror or error}",
        remedy="free some disk space, then run the same command again",
    )


def _files(folder: Path) -> dict[State, Path]:
    return {"rejected": folder / "rejected.jsonl", "failed": folder / "failed.jsonl"}


def _read(files: dict[State, Path]) -> Iterator[tuple[State, dict[str, Any]]]:
    for state, path in files.items():
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    # A line without its end is being written, or was torn by a kill and will be written again.
                    if line.endswith(b"\n"):
                        yield state, orjson.loads(line)


def _cut_torn_end(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = file.seek(0, 2)
        end = size
        while end > 0:
            step = min(1 << 16, end)
            file.seek(end - step)
            newline = file.read(step).rfind(b"\n")
            if newline >= 0:
                end = end - step + newline + 1
                break
            end -= step
        if end < size:
            file.truncate(end)
