"""`file`: a file beside the recipe, or all that match a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from dialoom.errors import DataError, Place
from dialoom.graph.read_rows import read_rows
from dialoom.graph.source import Row, Say, Source

_WILD = "*?["


class File(Source):
    """A file that is streamed, or all files that match a pattern, in the order of their names.

    A file's format is told by its ending (of `.jsonl.gz`, what stands before `.gz`), or is that of dialogues named in
    `format`.
    """

    file: Path = Field(description="A file beside the recipe, or a pattern such as logs/*.jsonl.")
    format: str | None = Field(default=None, description="A dialogue format such as dialogsum; the rows are dialogues.")

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        found = self._matching(folder)
        if not found:
            raise DataError(
                "no file matches this pattern",
                place=Place(str(folder / self.file)),
                remedy="relative paths start at the recipe",
            )
        for path in found:
            yield from read_rows(path, self.format)

    def files(self, folder: Path) -> list[Path]:
        return [*self._matching(folder), *super().files(folder)]

    def place(self, folder: Path) -> Place:
        return Place(str(folder / self.file))

    def _matching(self, folder: Path) -> list[Path]:
        path = folder / self.file
        if path.exists() or not any(sign in str(self.file) for sign in _WILD):
            return [path]
        start, pattern = folder, str(self.file)
        if self.file.is_absolute():
            start, pattern = Path(self.file.anchor), str(self.file.relative_to(self.file.anchor))
        # Names that begin with a dot are those of files half written.
        return sorted(each for each in start.glob(pattern) if each.is_file() and not each.name.startswith("."))


SOURCE = File
