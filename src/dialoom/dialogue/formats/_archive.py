"""Formats of many JSON files, in a zip archive or in the folder it unpacks to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo, is_zipfile

from pydantic_core import to_json

from dialoom.dialogue.formats._files import read_lines, refusals, whole
from dialoom.dialogue.formats._rows import parse_json, wrong_type
from dialoom.errors import DataError, Place

# A fixed time, so that the same content is the same archive.
_TIME = (1980, 1, 1, 0, 0, 0)


class Members:
    """The files of a zip archive or folder.

    Args:
        path: the archive or folder.
        shape: what is expected, for error messages.
    """

    def __init__(self, path: Path, shape: str) -> None:
        self.path = path
        self._shape = shape
        if path.is_dir():
            self._folder: Path | None = path
            self.names = sorted(each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())
        else:
            self._folder = None
            with self._open() as archive:
                self._raw = {name: archive.read(name) for name in archive.namelist() if name.endswith(".json")}
            self.names = sorted(self._raw)

    def matching(self, pattern: str) -> Iterator[tuple[str, re.Match[str]]]:
        """The files whose path matches from the start or from after a `/`, in order, with the match."""
        form = re.compile(rf"(?:.*/)?(?:{pattern})\Z")
        for name in self.names:
            found = form.match(name)
            if found:
                yield name, found

    def json(self, name: str) -> Any:
        """What a file holds. Raises DataError, naming it, where it is not JSON in UTF-8."""
        if self._folder is not None:
            text = "".join(line for _, line in read_lines(self._folder / name))
            return parse_json(text, self.place(name))
        raw = self._raw[name]
        try:
            return parse_json(raw.decode("utf-8-sig"), self.place(name))
        except UnicodeDecodeError as error:
            raise DataError(
                f"not UTF-8: byte 0x{raw[error.start]:02x} at byte offset {error.start} of the file",
                place=self.place(name),
                remedy="save the file as UTF-8",
            ) from error

    def object(self, name: str) -> dict[str, Any]:
        """The object that a file holds. Raises DataError where it is none."""
        found = self.json(name)
        if not isinstance(found, dict):
            raise wrong_type(self.place(name), "one JSON object", found)
        return found

    def list(self, name: str) -> list[Any]:
        """The list that a file holds. Raises DataError where it is none."""
        found = self.json(name)
        if not isinstance(found, list):
            raise wrong_type(self.place(name), "a JSON list", found)
        return found

    def place(self, name: str, field: str | None = None) -> Place:
        """The place of a file inside, and of a field in it."""
        return Place(file=f"{self.path}/{name}", field=field)

    def missing(self, what: str) -> DataError:
        """The error for an archive without what its format needs."""
        return DataError(f"there is no {what} in it", place=Place(file=str(self.path)), remedy=f"name {self._shape}")

    @contextmanager
    def _open(self) -> Iterator[ZipFile]:
        try:
            if self.path.is_file() and not is_zipfile(self.path):
                raise BadZipFile("it is not one")
            with ZipFile(self.path) as archive:
                yield archive
        except FileNotFoundError as error:
            raise DataError(
                "no such file",
                place=Place(file=str(self.path)),
                remedy=f"check the path; relative paths start at {Path.cwd()}",
            ) from error
        except (OSError, BadZipFile) as error:
            raise DataError(
                f"cannot read the zip archive: {error}",
                place=Place(file=str(self.path)),
                remedy=f"name {self._shape}",
            ) from error


def write_archive(files: Mapping[str, Any], path: Path) -> None:
    """A zip archive of JSON files, whole or not at all."""
    with whole(path) as file, refusals(path), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, value in sorted(files.items()):
            archive.writestr(ZipInfo(name, _TIME), to_json(value, indent=2), ZIP_DEFLATED)


def file_name(name: str) -> str:
    """A name as the name of a file: what cannot stand in one is percent-encoded, in lower case."""
    if name in (".", ".."):
        return name.replace(".", "%2e")
    return re.sub(r"%..", lambda found: found[0].lower(), quote(name, safe=" "))


def steady_id(*names: str) -> str:
    """A UUID that follows from names, so that the same data gives the same file."""
    return str(uuid5(NAMESPACE_URL, "dialoom:" + "\0".join(names)))
