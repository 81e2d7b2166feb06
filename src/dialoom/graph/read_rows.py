"""The rows of a file, by its ending or as dialogues of a format."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from dialoom.errors import DataError, Place
from dialoom.graph.opened import PACKED, bare_ending, opened
from dialoom.graph.row_files import ROW_FILES, RowFile
from dialoom.graph.source import Row


def read_rows(path: Path, format: str | None = None) -> Iterator[Row]:
    """The rows of a file, streamed.

    Args:
        format: of dialogues; the rows then are the fields of each.

    Raises DataError with file and line where one cannot be read.
    """
    if not path.exists():
        raise DataError("there is no such file", place=Place(str(path)), remedy="relative paths start at the recipe")
    if path.is_dir():
        raise DataError("this is a folder, and a file was expected", place=Place(str(path)))
    if format is not None:
        from dialoom.dialogue.formats import FORMATS
        from dialoom.graph.record import fields_of

        reader = FORMATS.load(format).read
        if reader is None:
            raise DataError(f"the format '{format}' cannot be read", place=Place(str(path)))
        yield from map(fields_of, reader(path))
        return
    try:
        yield from _kind(path).read(path)
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8: byte 0x{error.object[error.start]:02x}", place=_bad_byte(path), remedy="save the file as UTF-8"
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        # An error of unpacking has no number of the system's.
        if isinstance(error, OSError) and error.errno is not None:
            raise DataError(f"cannot read it: {error.strerror}", place=Place(str(path))) from error
        raise DataError(
            f"it cannot be unpacked: {error}",
            place=Place(str(path)),
            remedy="it is cut short, damaged, or not packed as its name tells: fetch it again",
        ) from error


def _kind(path: Path) -> RowFile:
    ending = bare_ending(path)
    kinds = [ROW_FILES.load(name) for name in ROW_FILES.names()]
    found = next((kind for kind in kinds if ending in kind.endings), None)
    if found is None:
        known = [ending for kind in kinds for ending in kind.endings]
        known.sort(key=lambda ending: (ending not in _FIRST, _FIRST.index(ending) if ending in _FIRST else 0, ending))
        raise DataError(
            f"cannot tell the format of a file that ends in '{path.suffix}'",
            place=Place(str(path)),
            remedy=f"use one of {', '.join(known)} ({', '.join(PACKED)} may follow), or name a dialogue format in "
            "'format'",
        )
    return found


# Those that are met most.
_FIRST = [".jsonl", ".json", ".csv", ".parquet", ".txt"]


def _bad_byte(path: Path) -> Place:
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return Place(str(path), number)
    return Place(str(path))
