"""What a file, folder or zip archive looks like from outside, so that its format can be told without reading it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

_HEAD = 65_536
_MEMBERS = 100_000


@dataclass(frozen=True, slots=True)
class Shape:
    """The outside of something to read.

    Attributes:
        head: the first 64 KiB of a file, empty for a folder.
        members: the files of a folder or zip archive, by path inside it with `/`.
        archive: whether it is a zip archive.
    """

    path: Path
    head: bytes = b""
    members: tuple[str, ...] = ()
    archive: bool = False

    @property
    def kind(self) -> str:
        return "zip archive" if self.archive else "folder" if self.members else "file"

    @property
    def text(self) -> str:
        """The head of a file as text."""
        return self.head.decode("utf-8", "ignore").removeprefix("\ufeff").lstrip()

    def has(self, pattern: str) -> bool:
        """Whether the path of a member matches the pattern from its start or from after a `/`."""
        form = re.compile(rf"(?:.*/)?(?:{pattern})\Z")
        return any(form.match(member) for member in self.members)


def shape_of(path: Path) -> Shape:
    """The shape of what lies at `path`; that of an empty file where it is neither a file nor a folder."""
    try:
        if path.is_dir():
            found = islice((each for each in path.rglob("*") if each.is_file()), _MEMBERS)
            return Shape(path, members=tuple(sorted(each.relative_to(path).as_posix() for each in found)))
        if not path.is_file():
            return Shape(path)
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(b"PK\x03\x04") and is_zipfile(path):
            with ZipFile(path) as archive:
                names = tuple(name for name in archive.namelist() if not name.endswith("/"))
            return Shape(path, head=head, members=names, archive=True)
    except (OSError, BadZipFile):
        # Whoever reads it meets the same error, and knows how to tell it.
        return Shape(path)
    return Shape(path, head=head)
