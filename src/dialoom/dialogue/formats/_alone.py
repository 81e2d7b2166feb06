"""Rewriting a file that others may rewrite at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dialoom.errors import Place, StorageError

# Seconds; whoever holds a file only reads and writes it.
_LONGEST_WAIT = 60


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While it is open nobody else reads this file in order to write it. A hidden file beside it is the lock.

    Raises StorageError where the folder cannot be written, or somebody holds the file for a minute.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_LONGEST_WAIT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise StorageError(
            "another program is writing it", place=Place(str(path)), remedy="end that, or wait for it"
        ) from error
    except OSError as error:
        raise StorageError(
            f"cannot write the file: {error.strerror or error}",
            place=Place(str(path)),
            remedy="check the path and the disk",
        ) from error
    try:
        yield
    finally:
        lock.release()
