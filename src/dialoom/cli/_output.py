"""Files that a command is asked to write."""

from __future__ import annotations

from pathlib import Path

from dialoom.errors import StorageError


def free(path: Path | None, *, force: bool, source: str | None = None) -> None:
    """Refuse a file that is there already, unless `force`, and one that is being read or lies within it.

    Raises StorageError.
    """
    if path is None:
        return
    if source is not None and Path(source).exists():
        read, written = Path(source).resolve(), path.resolve()
        if read == written:
            raise StorageError(f"{path} is read and cannot be written at the same time", remedy="name another file")
        if read.is_dir() and written.is_relative_to(read):
            raise StorageError(
                f"{path} is inside {source}, where the run or corpus keeps its own files",
                remedy="name a file elsewhere",
            )
    if path.is_file() and not force:
        raise StorageError(f"{path} is there already", remedy="name another file, or overwrite it with --force")
