"""The answers that came last, appended to a file before anything else is done with them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from zlib import crc32

import orjson

from dialoom.errors import StorageError
from dialoom.models.entry import Entry

# Lengths of head, request and answer, and a checksum over the three.
_FRAME = Struct("<IIII")
_FULL = 8 << 20


class Journal:
    """Files of answered calls, `NAME.journal-1` and so on, each of which is dropped once the ledger's table has what
    is in it.

    An entry is appended by a single write, so that it survives the process from then on; a power cut can cost the last
    ones. It is its lengths, a checksum, a JSON head, the request and the answer. Of a write that was cut short the next
    run sees that it is not whole; nobody was told that it is kept.

    Args:
        beside: the ledger's table, whose name the files begin with.
    """

    def __init__(self, beside: Path) -> None:
        self._beside = beside
        self._number = max(map(_number, files(beside)), default=0)
        self._file: int | None = None
        self._size = 0

    @property
    def path(self) -> Path:
        """The file that is written to now."""
        return self._beside.with_name(f"{self._beside.name}{_SUFFIX}{self._number}")

    @property
    def full(self) -> bool:
        """Whether it is time for `turn`."""
        return self._size >= _FULL

    def write(self, framed: bytes) -> None:
        """Append framed entries. Raises OSError, and then nothing of them is in the file."""
        if self._file is None:
            self._number += 1
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            self._size = 0
        written = os.write(self._file, framed)
        if written < len(framed):
            try:
                # The rest may fit, and where it does not, this tells why.
                written += os.write(self._file, framed[written:])
            finally:
                if written < len(framed):
                    self._take_back()
            if written < len(framed):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += written

    def _take_back(self) -> None:
        """Cut off what is not whole; where that fails, it stays at the end of its file, and another is begun."""
        if self._file is not None:
            try:
                os.ftruncate(self._file, self._size)
            except OSError:
                self.turn()

    def turn(self) -> Path:
        """End the file that is written to, to be dropped once its entries are elsewhere; returns it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        return self.path


_SUFFIX = ".journal-"


def files(beside: Path) -> list[Path]:
    """The journal's files, oldest first."""
    found = beside.parent.glob(f"{beside.name}{_SUFFIX}*")
    return sorted((path for path in found if path.name.rpartition("-")[2].isdigit()), key=_number)


def framed(entry: Entry) -> bytes:
    """An entry as it stands in a file."""
    head = orjson.dumps(
        (
            entry.key,
            entry.model,
            entry.node,
            entry.record,
            entry.prompt_tokens,
            entry.completion_tokens,
            entry.latency,
            entry.answered_at,
        )
    )
    body = b"".join((head, entry.request, entry.answer))
    return _FRAME.pack(len(head), len(entry.request), len(entry.answer), crc32(body)) + body


def entries(path: Path) -> Iterator[Entry]:
    """The entries of a file, in the order in which they were written; one at its end that is not whole is left out.

    Raises StorageError where one before the end is damaged.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while len(frame := file.read(_FRAME.size)) == _FRAME.size:
            head, request, answer, checksum = _FRAME.unpack(frame)
            length = head + request + answer
            # A power cut may leave any length there.
            if length > size - file.tell():
                return
            begin = file.tell()
            body = file.read(length)
            if not head or crc32(body) != checksum:
                # It may also leave a file that is as long as it was to be, and zeros at its end.
                if file.tell() == size or not (any(frame) or any(file.read())):
                    return
                raise StorageError(
                    f"{path} is damaged {begin:,} bytes from its beginning",
                    remedy="move that file elsewhere and run again: the calls in it are asked for anew, all others are "
                    "kept",
                )
            key, model, node, record, prompt_tokens, completion_tokens, latency, answered_at = orjson.loads(body[:head])
            yield Entry(
                key,
                model,
                node,
                record,
                body[head : head + request],
                body[head + request :],
                prompt_tokens,
                completion_tokens,
                latency,
                answered_at,
            )


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
