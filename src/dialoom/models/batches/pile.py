"""The requests of one batch while it is gathered: lines of a file, and what each is called."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from time import monotonic
from uuid import uuid4

from dialoom.errors import StorageError


class Pile:
    """A batch's input file that is being written.

    Attributes:
        tag: what the batch is called in the store and in the provider's metadata.
        path: the file.
        forms: the form in which each request is sent, by its key.
        closed: nothing more is added.
    """

    def __init__(self, folder: Path, most: int, most_bytes: float) -> None:
        self.tag = uuid4().hex
        self.path = input_file(folder, self.tag)
        self.forms: dict[str, str] = {}
        self.closed = False
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._begun = self._grew = monotonic()
        try:
            self._file = self.path.open("wb")
        except OSError as error:
            raise _storage_error(self.path, error) from error

    def takes(self, line: bytes) -> bool:
        """Whether there is room for one more line."""
        return not self.closed and len(self.forms) < self._most and self._bytes + len(line) <= self._most_bytes

    def add(self, key: str, form: str, line: bytes) -> None:
        """Add a request; `line` ends with a line break."""
        try:
            self._file.write(line)
        except OSError as error:
            raise _storage_error(self.path, error) from error
        self.forms[key] = form
        self._bytes += len(line)
        self._grew = monotonic()
        self.closed = len(self.forms) >= self._most

    def seconds_left(self, quiet: float, longest: float) -> float:
        """Until it has not grown for `quiet` seconds, or is `longest` seconds old; not above 0 once it is to go."""
        if self.closed:
            return 0.0
        return min(self._grew + quiet, self._begun + longest) - monotonic()

    def seal(self) -> None:
        """Write the file out to the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise _storage_error(self.path, error) from error

    def drop(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def input_file(folder: Path, tag: str) -> Path:
    """Where the input file of a batch lies until the batch is created."""
    return folder / f"{tag}.jsonl"


def _storage_error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot write {path}: {error.strerror}", remedy="free some disk space and run the same command again"
    )
