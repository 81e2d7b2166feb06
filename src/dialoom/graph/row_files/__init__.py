"""Files of rows, one kind a module: what it ends in and how it is read, with `ROWS` as its entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialoom.registry import Registry

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowFile:
    """A kind of file that holds rows.

    Attributes:
        endings: of its names, in small letters.
        read: streams the rows. Raises DataError with the place of what is wrong; UnicodeDecodeError and OSError are
            told by who calls it.
    """

    endings: tuple[str, ...]
    read: Callable[[Path], Iterator[Row]]


ROW_FILES: Registry[RowFile] = Registry("dialoom.graph.row_files", "ROWS", "kind of file")
