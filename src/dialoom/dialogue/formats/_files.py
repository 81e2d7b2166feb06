"""Opening files to read, and writing files whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import shlex
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

from dialoom.errors import DataError, Place, StorageError

Bad = Callable[[DataError, str], None]
"""What to do with a row that cannot be read: the error, and the row as it stands in the file."""

_BOM = b"\xef\xbb\xbf"
# What a file begins with that is no UTF-8 text; the longer ones first. Of those with an encoding iconv makes UTF-8.
_OTHERS = {
    b"\xff\xfe\x00\x00": ("in UTF-32, as its byte order mark tells", "UTF-32"),
    b"\x00\x00\xfe\xff": ("in UTF-32, as its byte order mark tells", "UTF-32"),
    b"\xff\xfe": ("in UTF-16, as its byte order mark tells", "UTF-16"),
    b"\xfe\xff": ("in UTF-16, as its byte order mark tells", "UTF-16"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", None),
    b"BZh": ("compressed with bzip2", None),
    b"PK\x03\x04": ("a ZIP archive, such as a spreadsheet is", None),
    b"PAR1": ("a Parquet file", None),
}
# Bytes that no text holds.
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
_GZIP = b"\x1f\x8b"

_WRITE_REMEDIES = {
    errno.ENOSPC: "free disk space, or name a file on another disk",
    errno.EDQUOT: "free disk space, or name a file on another disk",
    errno.EFBIG: "raise the file size limit (ulimit -f), or write in parts",
    errno.EACCES: "give yourself write access to the folder, or name another one",
    errno.EROFS: "name a file on a disk that can be written",
    errno.ENOTDIR: "name a file in a folder",
    errno.EISDIR: "name a file, not a folder",
    errno.EEXIST: "a file lies where a folder has to be: name another path",
}


def bare_suffix(path: Path) -> str:
    """The ending of a file's name without that of its compression: `.jsonl` of `trees.jsonl.gz`."""
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix


def read_lines(path: Path, bad: Bad | None = None) -> Iterator[tuple[int, str]]:
    """Streams (line number from 1, line with its end) of a UTF-8 file, with or without a byte order mark.

    A file whose first bytes are those of gzip is unpacked on the way. Raises DataError where the file is missing, a
    folder, unreadable, empty, or not UTF-8; `bad`, where given, takes the lines that are not. A file that as a whole is
    in another encoding, or no text at all, is raised in any case.
    """
    offset = 0
    number = 0
    try:
        with path.open("rb") as stored:
            for number, raw in enumerate(_unpacked(stored), start=1):
                if number == 1:
                    _check_start(raw, path)
                try:
                    line = _decoded(raw.removeprefix(_BOM) if number == 1 else raw, path, number, offset)
                except DataError as error:
                    if bad is None:
                        raise
                    bad(error, raw.decode("utf-8", "backslashreplace"))
                else:
                    yield number, line
                offset += len(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"broken gzip after line {number}: {error}",
            place=Place(file=str(path), line=number + 1),
            remedy="the file is cut short or damaged: fetch it again",
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if number == 0:
        raise empty(path)


def _unpacked(file: BufferedReader) -> Iterable[bytes]:
    return gzip.GzipFile(fileobj=file) if file.peek(len(_GZIP)).startswith(_GZIP) else file


def _decoded(raw: bytes, path: Path, line: int, offset: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        text = not _CONTROL.intersection(raw)
        guess = ", as Latin-1 (ISO 8859-1) or Windows-1252 would have it" if text else ""
        raise DataError(
            f"not UTF-8: byte 0x{raw[error.start]:02x} at byte offset {offset + error.start} of the file{guess}",
            place=Place(file=str(path), line=line),
            remedy=_converting("WINDOWS-1252", path) if text else "name a file of text, saved as UTF-8",
        ) from error


def _check_start(raw: bytes, path: Path) -> None:
    """Raises DataError where a file begins, with this line, as no UTF-8 text does."""
    found = next((other for start, other in _OTHERS.items() if raw.startswith(start)), None)
    if found is None and b"\x00" in raw:
        # Of two bytes a letter, the first one is zero where the high byte stands first.
        guess = "UTF-16BE" if raw.startswith(b"\x00") else "UTF-16LE"
        found = ("no text in UTF-8: it holds zero bytes, as UTF-16 without a byte order mark does", guess)
    if found is not None:
        what, encoding = found
        remedy = _converting(encoding, path) if encoding else "unpack it, or export it as CSV or JSON Lines in UTF-8"
        raise DataError(f"the file is {what}; UTF-8 was expected", place=Place(str(path), line=1), remedy=remedy)


def _converting(encoding: str, path: Path) -> str:
    old, new = shlex.quote(path.name), shlex.quote(f"{path.stem}-utf8{path.suffix}")
    return f"save it as UTF-8, or: iconv -f {encoding} -t UTF-8 {old} > {new}"


def empty(path: Path) -> DataError:
    """The error for a file without rows."""
    return DataError("the file is empty", place=Place(file=str(path)), remedy="name a file with at least one row")


def _unreadable(path: Path, error: OSError) -> DataError:
    place = Place(file=str(path))
    if isinstance(error, FileNotFoundError):
        return DataError("no such file", place=place, remedy=f"check the path; relative paths start at {Path.cwd()}")
    if isinstance(error, IsADirectoryError):
        return DataError("this is a folder, and a file was expected", place=place, remedy="name one file in it")
    return DataError(f"cannot read the file: {error.strerror}", place=place, remedy="check that you may read it")


def write_lines(lines: Iterable[str], path: Path) -> int:
    """Writes lines to a file, streaming and whole or not at all (see `whole`), and returns how many."""
    count = 0
    with whole(path) as file:
        for line in lines:
            with refusals(path):
                file.write(f"{line}\n".encode())
            count += 1
    return count


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that appears under its name only when all of it is on disk.

    It is written beside the target under another name, synced and renamed. What the target held before stays until
    then, and for good where the body raises. A target that is a pipe or a device is written directly. Folders on the
    way are made. A file whose name ends in `.gz` is packed, without a date. Raises StorageError where the system
    refuses; the body wraps its own writes in `refusals`.
    """
    direct = path.exists() and not path.is_file() and not path.is_dir()
    target = path if direct else path.resolve()
    partial = target if direct else target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    with refusals(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        target.parent.mkdir(parents=True, exist_ok=True)
        stored = partial.open("wb")
    packed = gzip.GzipFile("", "wb", fileobj=stored, mtime=0) if target.suffix == ".gz" else None
    try:
        yield stored if packed is None else cast(BinaryIO, packed)
        with refusals(path):
            if packed is not None:
                packed.close()
            stored.flush()
            if not direct:
                _put_in_place(stored, partial, target)
    finally:
        with suppress(OSError):
            stored.close()
        if not direct:
            partial.unlink(missing_ok=True)


def _put_in_place(file: BinaryIO, partial: Path, target: Path) -> None:
    os.fsync(file.fileno())
    file.close()
    if target.exists():
        shutil.copymode(target, partial)
    partial.replace(target)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """What the system refuses while writing `path`, as StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write the file: {error.strerror}",
            place=Place(file=str(path)),
            remedy=_WRITE_REMEDIES.get(error.errno or 0, "check the path and the disk"),
        ) from error
