"""Where a version cannot be read: which files are damaged or missing, and which earlier version is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dialoom.corpus._failures import ROOTS
from dialoom.corpus._load_lance import lance
from dialoom.errors import StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_Files = tuple[str, ...]


class Damage(NamedTuple):
    """Files of one fragment that cannot be read, and how many dialogues they hold."""

    files: _Files
    rows: int


class _Reader:
    """Reads fragments; versions share most of them, so each is read once."""

    def __init__(self) -> None:
        self._readable: dict[_Files, bool] = {}

    def damages(self, table: lance.LanceDataset) -> list[Damage]:
        """What of a version cannot be read."""
        return [
            Damage(files, fragment.metadata.num_rows)
            for fragment in table.get_fragments()
            if not self._reads(table, files := _files(fragment), fragment)
        ]

    def _reads(self, table: lance.LanceDataset, files: _Files, fragment: lance.LanceFragment) -> bool:
        if files not in self._readable:
            try:
                for _ in table.scanner(fragments=[fragment]).to_batches():
                    pass
                self._readable[files] = True
            except ROOTS:
                self._readable[files] = False
        return self._readable[files]


def damage(corpus: Corpus, number: int) -> tuple[list[Damage], int | None]:
    """What of a version cannot be read, and the newest version before it that can, None where there is none."""
    reader = _Reader()
    found = reader.damages(corpus.at(number))
    for earlier in range(number - 1, 0, -1):
        try:
            whole = not reader.damages(corpus.at(earlier))
        except StorageError:
            continue
        if whole:
            return found, earlier
    return found, None


def _files(fragment: lance.LanceFragment) -> _Files:
    held = fragment.metadata
    return (*(f"data/{file.path}" for file in held.files), *([str(held.deletion_file)] if held.deletion_file else []))
